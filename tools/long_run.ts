/**
 * Trains the lecture's last model for long, and looks at the memory on the
 * way: ends with exit code 1 if it grows.
 *
 *     deno task long --steps 2000000
 */

import * as tf from "@tensorflow/tfjs";
import {
  buildVocabulary,
  contextWindows,
  createParameters,
  defaultWords,
  splitWords,
  TorchGenerator,
  trainSteps,
} from "../mod.ts";
import { wholeOptions } from "./whole_options.ts";

/** How often the memory is looked at. */
const POINTS = 10;

/**
 * How much larger the process may be at the end than in the middle. Until then
 * the heaps of both threads have grown to what they need between collections.
 */
const MOST_GROWTH = 1.1;

/** What a process takes at one point of the run. */
interface Point {
  step: number;
  /** The loss of the last steps, their mean. */
  loss: number;
  /** The whole process, in bytes. */
  rss: number;
  /** The objects of JavaScript, in bytes. */
  heap: number;
  /** The tensors of tfjs. */
  tensors: number;
}

/** Trains, and looks at the memory at ten points. */
export async function longRun(steps: number): Promise<Point[]> {
  const { words } = await defaultWords();
  const vocabulary = buildVocabulary(words);
  const windows = contextWindows(splitWords(words).train, vocabulary, 3);
  const generator = new TorchGenerator(2147483647);
  const parameters = createParameters({
    vocabularySize: vocabulary.size,
    contextLength: 3,
    embeddingSize: 10,
    hiddenSize: 200,
  }, { generator });
  const learningRate = (step: number) => step < steps / 2 ? 0.1 : 0.01;

  const points: Point[] = [];
  const reports = trainSteps(parameters, windows, {
    steps,
    generator,
    learningRate,
  });
  for (const { step, losses } of reports) {
    if (step < steps * (points.length + 1) / POINTS) continue;
    const { rss, heapUsed } = Deno.memoryUsage();
    points.push({
      step,
      loss: losses.reduce((sum, loss) => sum + loss) / losses.length,
      rss,
      heap: heapUsed,
      tensors: tf.memory().numTensors,
    });
  }
  return points;
}

if (import.meta.main) {
  const { steps } = wholeOptions({ steps: 2_000_000 });
  const points = await longRun(steps);
  console.log("     step    loss  process MB  heap MB  tensors");
  for (const { step, loss, rss, heap, tensors } of points) {
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    console.log(
      String(step).padStart(9) + loss.toFixed(4).padStart(8) +
        megabytes(rss).padStart(12) + megabytes(heap).padStart(9) +
        String(tensors).padStart(9),
    );
  }
  const middle = points[POINTS / 2 - 1];
  const last = points[points.length - 1];
  const grows = last.tensors !== middle.tensors ||
    last.rss > MOST_GROWTH * middle.rss;
  console.log(grows ? "The memory grows" : "The memory does not grow");
  if (grows) Deno.exit(1);
}
