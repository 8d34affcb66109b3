/** One network of the paper's table: its training, and what it predicts. */

import {
  cosineDecay,
  createParameters,
  Kernel,
  type ModelSizes,
  type ParameterArrays,
  parameterArrays,
  TorchGenerator,
} from "../../core.ts";
import type { Rows } from "../../lib/kernel/rows.ts";
import { rowsOfPart, type Text } from "./brown.ts";

/** How the networks learn; chosen on validation, see docs/paper.md. */
export interface Settings {
  /** How often as many rows are drawn as train has. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Tokens of the sampled softmax. */
  readonly candidates: number;
  /** The first and the last learning rate, along half a cosine. */
  readonly rates: readonly [number, number];
  readonly weightDecay: number;
  readonly seed: number;
}

/** What is left of a training, besides its parameters. */
export interface Trained {
  readonly parameters: ParameterArrays;
  /** The epoch after which validation was best, and its loss on some rows. */
  readonly best: { readonly epoch: number; readonly loss: number };
  /** Rows drawn in all, and the time that it took. */
  readonly words: number;
  readonly seconds: number;
}

/**
 * How many steps share one in which weights decay, by as much as in all of them:
 * it takes as long as several others, as it is for all tokens.
 */
const DECAY_EVERY = 50;
/** How many rows of validation say whether it has become better. */
const LOOK = 10_000;
/** A bias for what is not to have any probability, not even in float64. */
const NEVER = -1000;

/**
 * Trains a network on the text's first part, and keeps it as it was when
 * validation was best, at the end of an epoch.
 *
 * @param text the text
 * @param sizes the network's sizes
 * @param settings how it learns
 * @param onProgress is told how many rows were drawn so far
 */
export function trainNetwork(
  text: Text,
  sizes: ModelSizes,
  settings: Settings,
  onProgress: (words: number) => void = () => {},
): Trained {
  const { epochs, batchSize, candidates, rates, weightDecay, seed } = settings;
  const { contextLength } = sizes;
  const train = rowsOfPart(text, 0, contextLength);
  const generator = new TorchGenerator(seed);
  const parameters = firstParameters(sizes, train.Y, generator);
  const kernel = new Kernel(sizes);
  const judge = new Kernel(sizes);
  try {
    kernel.loadWeights(parameters);
    kernel.setRows(train);
    judge.setRows(spread(rowsOfPart(text, 1, contextLength), LOOK));
    const stepsPerEpoch = Math.ceil(train.Y.length / batchSize);
    const steps = epochs * stepsPerEpoch;
    const rateOf = cosineDecay(rates, steps);
    let best = { epoch: 0, loss: Infinity };
    let kept = parameters;
    const start = performance.now();
    for (let step = 0; step < steps;) {
      const epoch = Math.floor(step / stepsPerEpoch) + 1;
      const count = Math.min(DECAY_EVERY, epoch * stepsPerEpoch - step);
      const rates = Float64Array.from(
        { length: count },
        (_, i) => rateOf(step + i),
      );
      const options = { batchSize, candidates };
      const done = generator.lendEngine((generator) =>
        kernel.train(rates.subarray(0, -1), { ...options, generator }) +
        kernel.train(rates.subarray(-1), {
          ...options,
          generator,
          weightDecay: weightDecay * count,
        })
      );
      if (done < count) {
        throw new Error(`Cannot go on at step ${step}: the loss is not finite`);
      }
      step += count;
      onProgress(step * batchSize);
      if (step < epoch * stepsPerEpoch) continue;
      kernel.storeWeights(parameters);
      judge.loadWeights(parameters);
      const loss = judge.loss();
      if (loss >= best.loss) continue;
      best = { epoch, loss };
      kept = parameterArrays(parameters);
    }
    const seconds = (performance.now() - start) / 1000;
    return { parameters: kept, best, words: steps * batchSize, seconds };
  } finally {
    kernel.release();
    judge.release();
  }
}

/**
 * What a network begins with: small embeddings, and as biases of the output the
 * logarithms of how often the words occur, so that the first epoch need not
 * learn them. The boundary, which never occurs, is left out of the softmax.
 */
function firstParameters(
  sizes: ModelSizes,
  words: Uint16Array,
  generator: TorchGenerator,
): ParameterArrays {
  const parameters = createParameters(sizes, {
    generator,
    initialization: "small",
  });
  const counts = new Float64Array(sizes.vocabularySize);
  for (const word of words) counts[word]++;
  const mean = words.length / sizes.vocabularySize;
  parameters.b2.set(counts.map((count) => Math.log((count + 0.5) / mean)));
  parameters.b2[0] = NEVER;
  return parameters;
}

/** So many rows, as far apart from each other as possible; at most all. */
export function spread(rows: Rows, count: number): Rows {
  const { contextLength: T, Y } = rows;
  if (count >= Y.length || !("ids" in rows)) return rows;
  const some = {
    contextLength: T,
    X: new Uint16Array(count * T),
    Y: new Uint16Array(count),
  };
  for (let i = 0; i < count; i++) {
    const row = Math.floor(i * Y.length / count);
    some.X.set(rows.ids.subarray(row, row + T), i * T);
    some.Y[i] = Y[row];
  }
  return some;
}
