/** What decides the weights of a run, beside its words and its edits. */

import {
  type Arithmetic,
  lectureRecipe,
  type ParameterArrays,
  parameterNames,
  type Recipe,
} from "../core.ts";

/** The settings of a run. */
export interface Settings extends Omit<Recipe, "candidates" | "mix"> {
  /** The seed of weights and minibatches. */
  readonly seed: number;
  /** How products are added up; the same bits on every machine if separate. */
  readonly arithmetic: Arithmetic;
}

/** A weight that a person has set. */
export interface Edit {
  /** The number of steps done when it was set. */
  readonly step: number;
  /** Where it is: the parameters lie one after the other, C first. */
  readonly index: number;
  readonly value: number;
}

/** The seed of the lecture. */
const LECTURE_SEED = 2147483647;

/** The settings of a recipe. */
export function settingsOf(
  recipe: Recipe,
  rest: Partial<Settings> = {},
): Settings {
  const { candidates: _, mix: __, ...settings } = recipe;
  return { ...settings, seed: LECTURE_SEED, arithmetic: "separate", ...rest };
}

/** The settings of the lecture's last network. */
export const LECTURE: Settings = settingsOf(lectureRecipe());

/** Where a weight lies in its parameter. */
export function placeOf(
  parameters: ParameterArrays,
  index: number,
): { name: keyof ParameterArrays; at: number } | undefined {
  let start = 0;
  for (const name of parameterNames(parameters)) {
    const { length } = parameters[name]!;
    if (index < start + length) return { name, at: index - start };
    start += length;
  }
}

/** Where the weight at a place of a parameter lies among all. */
export function indexOf(
  parameters: ParameterArrays,
  wanted: keyof ParameterArrays,
  at: number,
): number {
  let start = 0;
  for (const name of parameterNames(parameters)) {
    if (name === wanted) return start + at;
    start += parameters[name]!.length;
  }
  throw new RangeError(`Cannot find a weight: there is no ${wanted}`);
}

/**
 * What a stranger meets: the lecture's network, which begins with scaled weights
 * as in the lecture's next part, so that its first loss is that of guessing.
 */
export const FIRST: Settings = { ...LECTURE, initialization: "scaled" };
