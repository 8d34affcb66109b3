/**
 * This package, by the functions that its users call.
 */

import config from "../../deno.json" with { type: "json" };
import {
  disposeParameters,
  evaluate,
  Generator,
  parametersFrom,
  sample,
  type TrainOptions,
  trainSteps,
  Vocabulary,
} from "../../mod.ts";
import type { Outcome, Peer, Work } from "../peer.ts";
import type { Problem } from "../problem.ts";

/** This package. */
export const makemore: Peer = {
  label: `${config.name} ${config.version}, 1 thread`,
  prepare: (problem) => {
    const parameters = parametersFrom(problem.parameters, problem.sizes);
    return {
      run: work(problem, parameters),
      close: () => disposeParameters(parameters),
    };
  },
};

function work(
  problem: Problem,
  parameters: ReturnType<typeof parametersFrom>,
): Work["run"] {
  const { kind, windows, rowsAtOnce, learningRate, tokens, candidates } =
    problem;
  const generator = new Generator(problem.seed);
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
