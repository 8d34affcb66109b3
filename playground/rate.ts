/** The learning rate of a step. */

import { scheduleOf } from "../lib/recipes/recipe.ts";
import type { Settings } from "./settings.ts";

/** The learning rate of the step after so many. */
export function rateAt(settings: Settings, step: number): number {
  return scheduleOf({ ...settings, candidates: "all", mix: false })(step);
}
