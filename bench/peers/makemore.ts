/**
 * This package, by the functions that its users call.
 */

import config from "../../deno.json" with { type: "json" };
import {
  disposeParameters,
  evaluate,
  parametersFrom,
  sample,
  TorchGenerator,
  type TrainOptions,
  trainSteps,
  Vocabulary,
} from "../../mod.ts";
import type { Outcome, Peer, Work } from "../peer.ts";
import type { Problem } from "../problem.ts";

/** This package with one thread, or two. */
export function makemore(threads: 1 | 2): Peer {
  const plural = threads === 1 ? "" : "s";
  return {
    label: `${config.name} ${config.version}, ${threads} thread${plural}`,
    prepare: (problem) => {
      if (threads === 2) return undefined;
      const parameters = parametersFrom(problem.parameters);
      return {
        run: work(problem, parameters),
        close: () => disposeParameters(parameters),
      };
    },
  };
}

function work(
  problem: Problem,
  parameters: ReturnType<typeof parametersFrom>,
): Work["run"] {
  const { kind, windows, rowsAtOnce, learningRate, tokens, candidates } =
    problem;
  const generator = new TorchGenerator(problem.seed);
  if (kind === "loss") return repeat(() => evaluate(parameters, windows));
  if (kind === "names") {
    const vocabulary = new Vocabulary(tokens);
    return (count) => sample(parameters, vocabulary, { generator, count });
  }
  const batchSize = kind === "minibatch" ? rowsAtOnce : "all";
  const settings: Omit<TrainOptions, "steps"> = {
    batchSize,
    generator,
    learningRate,
    candidates,
  };
  return (steps) => {
    let loss = NaN;
    for (
      const { losses } of trainSteps(parameters, windows, {
        ...settings,
        steps,
      })
    ) {
      loss = losses[losses.length - 1];
    }
    return loss;
  };
}

function repeat(once: () => Outcome): Work["run"] {
  return (repetitions) => {
    let outcome: Outcome = NaN;
    for (let i = 0; i < repetitions; i++) outcome = once();
    return outcome;
  };
}
