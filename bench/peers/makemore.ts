/** This package, by the functions that its users call. */

import config from "../../deno.json" with { type: "json" };
import * as makemore from "../../mod.ts";
import { setThreads } from "../../core.ts";
import type { Peer } from "../peer.ts";

export function start(threads: number): Peer {
  setThreads(threads);
  let model: makemore.ModelParameters | undefined;
  return {
    label: `this package, ${config.name} ${config.version}`,
    prepare: ({ kind, tokens, ...problem }) => {
      if (model) makemore.disposeParameters(model);
      model = makemore.parametersFrom(problem.parameters);
      const parameters = model;
      const windows = {
        contextLength: problem.sizes.contextLength,
        X: Uint16Array.from(problem.windows.X),
        Y: Uint16Array.from(problem.windows.Y),
      };
      const generator = new makemore.TorchGenerator(problem.seed);
      const vocabulary = new makemore.Vocabulary(tokens);
      const batchSize = problem.batchSize || "all" as const;
      const candidates = problem.candidates || undefined;
      const options = { generator, batchSize, candidates };
      return (count, learningRate) => {
        if (kind === "names") {
          return makemore.sample(parameters, vocabulary, { generator, count });
        }
        let sum = 0;
        if (kind === "loss") {
          for (let i = 0; i < count; i++) {
            sum += makemore.evaluate(parameters, windows);
          }
          return sum / count;
        }
        const steps = { ...options, learningRate, steps: count };
        for (
          const { losses } of makemore.trainSteps(parameters, windows, steps)
        ) {
          for (const loss of losses) sum += loss;
        }
        return sum / count;
      };
    },
  };
}
