/**
 * The best network on dev so far. Training looks at dev now and then, keeps the
 * best, and stops when it has not become better for long.
 */

import { takeRows } from "../data/windows.ts";
import { parameterArrays } from "../model/parameters.ts";
import type { ParameterArrays } from "../kernel/parameters.ts";
import type { Rows } from "../kernel/rows.ts";
import { evaluate } from "../language_models/evaluate.ts";

/** A network and what dev says of it. */
export interface Best {
  /** Its parameters. */
  readonly parameters: ParameterArrays;
  /** The number of steps that made it. */
  readonly step: number;
  /** Its mean loss on dev, in nats. */
  readonly loss: number;
}

/** Of more rows, times tokens, a look at dev takes too long. */
const MOST_WORK = 2e7;

/** The first rows of dev, as many as a look takes. */
export function glanceOf(dev: Rows, vocabularySize: number): Rows {
  const most = Math.ceil(MOST_WORK / vocabularySize);
  return dev.Y.length <= most
    ? dev
    : takeRows(dev, Array.from({ length: most }, (_, row) => row));
}

/**
 * The better of two networks on dev.
 *
 * @param best the best so far, if there is one
 * @param parameters another network, which is copied if it is better
 * @param step the number of steps that made it
 * @param dev the rows to compare them on
 */
export function betterOf(
  best: Best | undefined,
  parameters: ParameterArrays,
  step: number,
  dev: Rows,
): Best {
  const loss = evaluate(parameters, dev);
  if (best && !(loss < best.loss)) return best;
  return { parameters: parameterArrays(parameters), step, loss };
}
