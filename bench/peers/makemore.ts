/** This package, by the functions that its users call. */

import config from "../../deno.json" with { type: "json" };
import * as makemore from "../../mod.ts";
import type { Peer } from "../peer.ts";

export function start(): Peer {
  let model: makemore.ModelParameters | undefined;
  return {
    label: `${config.name} ${config.version}, 1 thread`,
    prepare: ({ kind, windows, tokens, learningRate, ...problem }) => {
      if (model) makemore.disposeParameters(model);
      model = makemore.parametersFrom(problem.parameters);
      const parameters = model;
      const generator = new makemore.TorchGenerator(problem.seed);
      const vocabulary = new makemore.Vocabulary(tokens);
      const batchSize = problem.batchSize || "all" as const;
      const candidates = problem.candidates || undefined;
      const options = { generator, learningRate, batchSize, candidates };
      return (count) => {
        if (kind === "names") {
          return makemore.sample(parameters, vocabulary, { generator, count });
        }
        let loss = NaN;
        if (kind === "loss") {
          while (count-- > 0) loss = makemore.evaluate(parameters, windows);
          return loss;
        }
        const steps = { ...options, steps: count };
        const reports = makemore.trainSteps(parameters, windows, steps);
        for (const { losses } of reports) loss = losses[losses.length - 1];
        return loss;
      };
    },
  };
}
