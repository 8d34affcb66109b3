/** The settings of a new net: those that are given, and a recipe's. */

import {
  autoRecipe,
  lectureRecipe,
  type Recipe,
  type Vocabulary,
} from "../core.ts";
import { dataOf } from "../lib/recipes/learn.ts";
import { patienceOf } from "../lib/recipes/recipe.ts";
import type { Corpus } from "./corpus.ts";
import type { Values } from "./options.ts";
import { BY_RECIPE, type CorpusSettings, type SETTINGS } from "./settings.ts";

/** The settings that a recipe decides, each of which may be given. */
type Choices =
  & Values<typeof BY_RECIPE>
  & Values<Pick<typeof SETTINGS, "recipe">>;

/** The same with nothing missing, and whether the recipe mixes. */
export type Chosen =
  & {
    readonly [name in keyof Values<typeof BY_RECIPE>]: NonNullable<
      Values<typeof BY_RECIPE>[name]
    >;
  }
  & Pick<Recipe, "mix">;

/** The settings of the corpus that a net learns from by a recipe. */
export function corpusSettingsBy(
  values:
    & CorpusSettings
    & { recipe: "auto" | "lecture"; splitCopies: boolean },
): CorpusSettings {
  const { recipe, splitCopies, keepEqualTogether } = values;
  return {
    ...values,
    keepEqualTogether: keepEqualTogether ||
      (recipe === "auto" && !splitCopies),
  };
}

/** The settings that are given, and for the rest those of the recipe. */
export function chosenBy(
  values: Partial<Choices> & Pick<Choices, "recipe">,
  corpus: Corpus,
): Chosen {
  const { keepEqualTogether: _, ...recipe } = recipeOf(
    values.recipe,
    corpus,
    corpus.vocabulary(),
  );
  const given = Object.fromEntries(
    Object.keys(BY_RECIPE)
      .map((name) => [name, values[name as keyof typeof BY_RECIPE]])
      .filter(([, value]) => value !== undefined),
  ) as Partial<Chosen>;
  const chosen = { ...recipe, ...given };
  return {
    ...chosen,
    // what was not given gives way to what was
    candidates: given.candidates ??
      (chosen.batchSize === "all" ? "all" : recipe.candidates),
    patience: given.patience ??
      (recipe.patience && given.steps
        ? patienceOf(given.steps)
        : recipe.patience),
  };
}

function recipeOf(
  name: "auto" | "lecture",
  { splits: { train } }: Corpus,
  vocabulary: Vocabulary,
): Recipe {
  if (name === "lecture") return lectureRecipe();
  return autoRecipe(dataOf(train, vocabulary));
}
