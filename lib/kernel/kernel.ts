/**
 * The fused engine: training, evaluation and sampling of the model in one
 * small WebAssembly module. It takes and gives typed arrays, knows nothing of
 * tensors, and needs nothing from the machine that it runs on but
 * WebAssembly with SIMD: Deno, Node, the Jupyter kernel and browsers alike.
 *
 * Its sources are lib/kernel/assembly/, in AssemblyScript.
 *
 * @module
 */

import { kernelWasm } from "./kernel_wasm.ts";
import type { HalfExports } from "./halves.ts";
import { generatorWordsOf, type SharedSteps, shareSteps } from "./threads.ts";

export { setThreads, threadsRunning } from "./threads.ts";

/** The sizes of a model: V, T, E and H, and whether it has a `Wd`. */
export interface KernelSizes {
  /** V, how many tokens there are: 1 to 65,535. */
  readonly vocabularySize: number;
  /** T, how many tokens a context has. */
  readonly contextLength: number;
  /** E, how many numbers stand for a token. */
  readonly embeddingSize: number;
  /** H, how many units the hidden layer has. */
  readonly hiddenSize: number;
  /** Whether the embeddings reach the output layer directly. Default: no. */
  readonly directConnections?: boolean;
}

/** The parameters, row-major, in the lecture's shapes. */
export interface KernelWeights {
  /** The embeddings, `[V, E]`. */
  readonly C: Float32Array;
  /** The hidden layer, `[T·E, H]`. */
  readonly W1: Float32Array;
  /** Its bias, `[H]`. */
  readonly b1: Float32Array;
  /** The output layer, `[H, V]`. */
  readonly W2: Float32Array;
  /** Its bias, `[V]`. */
  readonly b2: Float32Array;
  /** The direct connections, `[T·E, V]`, of a model that has them. */
  readonly Wd?: Float32Array;
}

/** Contexts, and the tokens that follow them. */
export interface KernelRows {
  /** The contexts, `[N, T]`. */
  readonly X: Uint16Array;
  /** The token after each, `[N]`. */
  readonly Y: Uint16Array;
}

/** The state of an MT19937, which draws from it and moves it on. */
export interface KernelGenerator {
  /** The state, `[624]`. */
  readonly words: Uint32Array;
  /** The index of the next word, 0 to 624. */
  position: number;
}

/** What a step of gradient descent may do beside following the gradient. */
export interface KernelStepOptions {
  /**
   * How strongly weights are drawn to zero, but not biases: each C, W1, W2 and
   * Wd loses this part of itself times the learning rate. Default: 0.
   */
  weightDecay?: number;
}

/** What {@linkcode Kernel.train} needs besides the learning rates. */
export interface KernelTrainOptions extends KernelStepOptions {
  /** B, how many rows a minibatch has. */
  batchSize: number;
  /** Where the minibatches are drawn from; it moves on. */
  generator: KernelGenerator;
  /** Takes the loss of each step, before the step's update. */
  losses?: Float64Array;
  /**
   * How many different tokens are drawn in each step, for a softmax over them
   * and the targets alone; see {@linkcode Kernel.train}. Default: all tokens.
   */
  candidates?: number;
}

/** How probabilities are made from logits. */
export interface KernelSoftmaxOptions {
  /** What the logits are divided by. Default: 1. */
  temperature?: number;
  /** Keeps only this many of the likeliest tokens. Default: all. */
  topK?: number;
}

/** What {@linkcode Kernel.sample} needs besides the number of words. */
export interface KernelSampleOptions extends KernelSoftmaxOptions {
  /** Where the tokens are drawn from; it moves on. */
  generator: KernelGenerator;
  /** The most tokens of a word; a word that long ends without token 0. */
  maxLength: number;
  /** Tokens that stand before every word. Default: none. */
  prompt?: ArrayLike<number>;
}

/** New words, one after the other in one array. */
export interface KernelWords {
  /** The tokens of all words, without the token 0 that ends a word. */
  readonly tokens: Uint16Array;
  /** Where each word ends in `tokens`, and so where the next begins. */
  readonly ends: Uint32Array;
}

/** What the module exports; see lib/kernel/assembly/kernel.ts. */
interface Exports extends HalfExports {
  bytesWanted(): number;
  stageAddress(): number;
  stageSize(): number;
  clearModel(): void;
  moveC(first: number, count: number, storing: boolean): void;
  moveW1(first: number, count: number, storing: boolean): void;
  moveB1(storing: boolean): void;
  moveW2(first: number, count: number, storing: boolean): void;
  moveB2(storing: boolean): void;
  moveWd(first: number, count: number, storing: boolean): void;
  setRowCount(rows: number): number;
  addRows(count: number): number;
  beginHashes(rows: number): void;
  hashRows(count: number): void;
  isHeld(): number;
  finishRows(): void;
  stepWhole(learningRate: number, weightDecay: number): number;
  lossOfWhole(): number;
  prepareRowLosses(): number;
  lossesOfRows(): number;
  trainSteps(steps: number, batchSize: number, weightDecay: number): number;
  prepareSampling(words: number): number;
  promptAddress(): number;
  outputAddress(): number;
  outputWritten(): number;
  beginSampling(temperature: number, topK: number): void;
  sampleWords(words: number, maxLength: number): number;
  probabilitiesOfContext(): void;
}

/** What a 32-bit memory can hold, in bytes. */
const MAX_BYTES = 2 ** 32;
/** The most rows, of which 32-bit numbers can keep count. */
const MAX_ROWS = 2 ** 31;

/** The module, compiled when it is first needed. */
let compiled: WebAssembly.Module | undefined;

/**
 * Instances that no kernel uses. A memory never shrinks and reserves address
 * space, so they are used again, and large ones are left to the collector.
 */
const idle: Exports[] = [];
const MOST_IDLE = 4;
const LARGE_BYTES = 2 ** 26;

/** An instance of the module, a used one if there is one. */
function takeInstance(): Exports {
  const used = idle.pop();
  if (used !== undefined) return used;
  const instance = new WebAssembly.Instance(compiledModule());
  return instance.exports as unknown as Exports;
}

function compiledModule(): WebAssembly.Module {
  if (compiled === undefined) {
    const binary = atob(kernelWasm);
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    compiled = new WebAssembly.Module(bytes);
  }
  return compiled;
}

/** How many times any kernel has taken rows in. */
let rowsTaken = 0;

/** Keeps an instance for the next kernel, unless there are enough. */
function giveBack(instance: Exports): void {
  const bytes = instance.memory.buffer.byteLength;
  if (idle.length < MOST_IDLE && bytes <= LARGE_BYTES) idle.push(instance);
}

/**
 * Runs `use` with a kernel of these sizes, all of whose weights are zero, and
 * takes the kernel back afterwards, whatever happens.
 *
 * @param sizes V, T, E and H
 * @param use what to do with the kernel; it must not keep it
 * @returns what `use` returns
 * @throws {RangeError} as {@linkcode Kernel} does
 *
 * @example
 * ```ts
 * import { withKernel } from "@makemore/mlp/kernel";
 * import { assertEquals } from "@std/assert";
 *
 * const sizes = {
 *   vocabularySize: 4,
 *   contextLength: 2,
 *   embeddingSize: 3,
 *   hiddenSize: 5,
 * };
 * // Without weights every token is as likely as any other.
 * const probs = withKernel(sizes, (kernel) => kernel.probabilities([1, 2]));
 * assertEquals([...probs], [0.25, 0.25, 0.25, 0.25]);
 * ```
 */
export function withKernel<Result>(
  sizes: KernelSizes,
  use: (kernel: Kernel) => Result,
): Result {
  const kernel = new Kernel(sizes);
  try {
    return use(kernel);
  } finally {
    kernel.release();
  }
}

/**
 * A model in WebAssembly's memory, with the rows that it learns from.
 *
 * The same calls with the same numbers give the same bits on every machine,
 * however the steps are spread over calls of {@linkcode Kernel.train}.
 *
 * @example Three tokens that follow each other in a circle
 * ```ts
 * import { Kernel } from "@makemore/mlp/kernel";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using kernel = new Kernel({
 *   vocabularySize: 3,
 *   contextLength: 1,
 *   embeddingSize: 2,
 *   hiddenSize: 4,
 * });
 * kernel.loadWeights({
 *   C: Float32Array.of(1, 0, 0, 1, -1, -1), // [3, 2]
 *   W1: Float32Array.of(1, -1, 2, -2, 2, 1, -1, -2), // [2, 4]
 *   b1: new Float32Array(4),
 *   W2: new Float32Array(12), // [4, 3]
 *   b2: new Float32Array(3),
 * });
 * kernel.setRows({ X: Uint16Array.of(0, 1, 2), Y: Uint16Array.of(1, 2, 0) });
 * assertEquals(kernel.loss().toFixed(4), Math.log(3).toFixed(4));
 * for (let step = 0; step < 100; step++) kernel.stepAll(0.5);
 * assert(kernel.loss() < 0.1);
 * assert(kernel.probabilities([2])[0] > 0.9);
 * ```
 */
export class Kernel {
  /** V, T, E and H. */
  readonly sizes: KernelSizes;
  #instance: Exports | undefined;
  #rows = 0;
  /** Tells these rows from all others, for the threads that share them. */
  #rowsKey = 0;

  /**
   * Makes room for a model whose weights are zero, without rows.
   *
   * {@linkcode Kernel.release} gives it back; without that, a memory stays in
   * use until the collector finds the kernel.
   *
   * @param sizes V, T, E and H
   * @throws {RangeError} if a size is not a whole number from 1 up, or the
   *   vocabulary has more than 65,535 tokens, or memory does not do
   */
  constructor(sizes: KernelSizes) {
    const { vocabularySize: V, contextLength: T, embeddingSize: E } = sizes;
    const { hiddenSize: H, directConnections = false } = sizes;
    checkWhole("vocabularySize", V, 1, 65_535);
    checkWhole("contextLength", T, 1);
    checkWhole("embeddingSize", E, 1);
    checkWhole("hiddenSize", H, 1);
    this.sizes = {
      vocabularySize: V,
      contextLength: T,
      embeddingSize: E,
      hiddenSize: H,
      ...(directConnections ? { directConnections } : {}),
    };
    const seen = directConnections ? H + T * E : H;
    const bytes = 4 * (V * E + T * E * H + H + seen * V + V);
    if (bytes > MAX_BYTES) throw this.#tooLarge("the weights", bytes);
    const instance = takeInstance();
    if (!instance.setModel(V, T, E, H, directConnections)) {
      const wanted = instance.bytesWanted();
      giveBack(instance);
      throw this.#tooLarge("the model", wanted);
    }
    this.#instance = instance;
  }

  /** Gives the memory back; the kernel can't be used any more. */
  release(): void {
    if (this.#instance !== undefined) giveBack(this.#instance);
    this.#instance = undefined;
  }

  /** The same as {@linkcode Kernel.release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Takes the weights in: copies of them.
   *
   * @throws {RangeError} if an array does not have its shape's length
   */
  loadWeights(weights: KernelWeights): void {
    this.#checkWeights(weights);
    this.#use().clearModel();
    this.#moveWeights(weights, false);
  }

  /**
   * Writes the weights as they are now into the given arrays.
   *
   * @throws {RangeError} if an array does not have its shape's length
   */
  storeWeights(into: KernelWeights): void {
    this.#checkWeights(into);
    this.#moveWeights(into, true);
  }

  /**
   * Takes rows in, in place of those that were there. Equal contexts are
   * found here, once; `X` and `Y` aren't needed afterwards.
   *
   * @throws {RangeError} if the lengths don't fit each other, a token is not
   *   below the vocabulary's size, or memory does not do; the kernel then has
   *   no rows
   */
  setRows({ X, Y }: KernelRows): void {
    const { contextLength: T } = this.sizes;
    const rows = Y.length;
    if (X.length !== rows * T) {
      throw new RangeError(
        `Cannot take X of length ${X.length} with Y of length ${rows}: ` +
          `with contextLength ${T} it has to be ${rows * T}`,
      );
    }
    if (rows > MAX_ROWS) {
      throw new RangeError(
        `Cannot take ${rows} rows: ${MAX_ROWS} are the most`,
      );
    }
    const instance = this.#use();
    this.#rows = 0;
    if (!instance.setRowCount(rows)) throw this.#rowsTooLarge(rows);
    this.#stageRows({ X, Y }, (count) => {
      const outcome = instance.addRows(count);
      if (outcome === 1) throw this.#rowsTooLarge(rows);
      if (outcome === 2) throw this.#unknownToken(X, Y);
    });
    instance.finishRows();
    this.#rows = rows;
    this.#rowsKey = ++rowsTaken;
  }

  /**
   * Whether these are the rows that the kernel took in, by hashes of 32 bits:
   * a change of one token is always noticed, and of many almost surely.
   */
  holds({ X, Y }: KernelRows): boolean {
    const instance = this.#use();
    if (this.#rows === 0 || this.#rows !== Y.length) return false;
    if (X.length !== Y.length * this.sizes.contextLength) return false;
    this.#stageRows({ X, Y });
    return Boolean(instance.isHeld());
  }

  /**
   * One step of gradient descent on all rows.
   *
   * @returns the mean negative log-likelihood before the update; if it is not
   *   finite, the weights were left as they were
   * @throws {RangeError} if there are no rows, memory does not do, or the
   *   weight decay is not a finite number from 0
   */
  stepAll(
    learningRate: number,
    { weightDecay = 0 }: KernelStepOptions = {},
  ): number {
    checkWeightDecay(weightDecay);
    const instance = this.#useWhole();
    return this.#shareWhole(
      true,
      { learningRate, weightDecay },
      () => instance.stepWhole(learningRate, weightDecay),
    );
  }

  /**
   * The mean negative log-likelihood of all rows.
   *
   * @throws {RangeError} if there are no rows, or memory does not do
   */
  loss(): number {
    const instance = this.#useWhole();
    return this.#shareWhole(
      false,
      { learningRate: 0, weightDecay: 0 },
      () => instance.lossOfWhole(),
    );
  }

  /**
   * What each row loses by itself: −log of the probability of its token.
   *
   * @returns the losses in the order of the rows, `[N]`
   * @throws {RangeError} if there are no rows, or memory does not do
   */
  rowLosses(): Float64Array {
    const instance = this.#useWhole();
    if (!instance.prepareRowLosses()) throw this.#rowsTooLarge(this.#rows);
    const address = instance.lossesOfRows();
    const { buffer } = instance.memory;
    return new Float64Array(buffer, address, this.#rows).slice();
  }

  /**
   * Steps of gradient descent on minibatches, drawn from the rows as
   * `torch.randint(0, rows, (batchSize,))` draws them, one for each learning
   * rate.
   *
   * It stops where a loss is not finite, before that step's update: the
   * weights are those after the steps that were done, and the generator has
   * drawn the minibatch of the step that was not.
   *
   * With `candidates`, S, the softmax is a sampled one. After the minibatch's
   * rows each step draws tokens until S are different, the same for all rows:
   * of two 32-bit words `u = ((high % 2²¹) · 2³² + low) / 2⁵³` is made, and of
   * it the token `⌊exp(u · log(V + 1))⌋ − 1`, so that
   * `P(k) = log((k + 2)/(k + 1)) / log(V + 1)`. A row's softmax is over the
   * candidates and its own target, which counts once if it is among them; from
   * each logit, the target's too, `log(−expm1(tries · log1p(−P(k))))` is taken,
   * `tries` being how many tokens were drawn in all. The losses are those of
   * this softmax. A step's time does not depend on V, unless weights decay,
   * which all do. Tokens should stand in the order of their frequency.
   *
   * @param learningRates one for each step
   * @param options the minibatches' size, and what draws them
   * @returns how many steps were done; if fewer than there are learning
   *   rates, `losses` at that index has the loss that was not finite
   * @throws {RangeError} if there are no rows, the batch size is not a whole
   *   number from 1 up, `losses` is too short, the weight decay is not a finite
   *   number from 0, the candidates are not a whole number from 1 to V − 1, or
   *   memory does not do
   */
  train(
    learningRates: Float64Array | Float32Array,
    options: KernelTrainOptions,
  ): number {
    const { batchSize, generator, losses, weightDecay = 0, candidates } =
      options;
    const instance = this.#useRows();
    checkWeightDecay(weightDecay);
    const steps = learningRates.length;
    checkWhole("batchSize", batchSize, 1, MAX_ROWS);
    if (candidates !== undefined) {
      const { vocabularySize: V } = this.sizes;
      checkWhole("candidates", candidates, 1, V - 1);
    }
    if (losses !== undefined && losses.length < steps) {
      throw new RangeError(
        `Cannot write ${steps} losses into an array of length ${losses.length}`,
      );
    }
    if (!instance.prepareBatches(batchSize, candidates ?? 0)) {
      throw this.#tooLarge(
        `minibatches of ${batchSize} rows` +
          (candidates === undefined ? "" : ` with ${candidates} candidates`),
        instance.bytesWanted(),
      );
    }
    this.#loadGenerator(generator);
    const atOnce = Math.min(1024, Math.floor(instance.stageSize() / 8));
    let done = 0;
    while (done < steps) {
      const count = Math.min(atOnce, steps - done);
      const stage = new Float64Array(
        instance.memory.buffer,
        instance.stageAddress(),
        count,
      );
      stage.set(learningRates.subarray(done, done + count));
      const alone = () => instance.trainSteps(count, batchSize, weightDecay);
      const finite = candidates === undefined
        ? this.#share({
          backward: true,
          rates: stage,
          weightDecay,
          batchSize,
          alone,
        })
        : alone();
      losses?.set(stage.subarray(0, Math.min(finite + 1, count)), done);
      done += finite;
      if (finite < count) break;
    }
    this.#storeGenerator(generator);
    return done;
  }

  /**
   * The probability of each token after a context:
   * `softmax(logits / temperature)`.
   *
   * @param context T tokens
   * @returns the probabilities, `[V]`
   * @throws {RangeError} if the context does not have T tokens of the
   *   vocabulary, or an option is out of range
   */
  probabilities(
    context: ArrayLike<number>,
    options: KernelSoftmaxOptions = {},
  ): Float32Array {
    const { vocabularySize: V, contextLength: T } = this.sizes;
    const instance = this.#use();
    if (context.length !== T) {
      throw new RangeError(
        `Cannot take a context of ${context.length} tokens: contextLength is ${T}`,
      );
    }
    this.#beginSampling(1, "the context", context, options);
    instance.probabilitiesOfContext();
    return new Float32Array(
      instance.memory.buffer,
      instance.stageAddress(),
      V,
    ).slice();
  }

  /**
   * New words, token by token: each is drawn as `torch.multinomial(probs, 1)`
   * draws since torch 2.7, one word after the other from one generator.
   *
   * @param count how many words
   * @param options how to make the probabilities, and what to draw from
   * @returns the words, without prompt and without the token 0 at their end
   * @throws {RangeError} if a number is out of range
   */
  sample(count: number, options: KernelSampleOptions): KernelWords {
    const { generator, maxLength, prompt = [] } = options;
    const instance = this.#use();
    checkWhole("count", count, 0, MAX_ROWS);
    checkWhole("maxLength", maxLength, 0, MAX_ROWS);
    this.#beginSampling(count, "the prompt", prompt, options);
    this.#loadGenerator(generator);

    const ends = new Uint32Array(count);
    const pieces: Uint16Array[] = [];
    let words = 0;
    let length = 0;
    while (words < count) {
      instance.sampleWords(count - words, maxLength);
      const output = new Uint16Array(
        instance.memory.buffer,
        instance.outputAddress(),
        instance.outputWritten(),
      );
      const tokens = new Uint16Array(output.length);
      let kept = 0;
      for (const token of output) {
        if (token !== 0) tokens[kept++] = token;
        else ends[words++] = length + kept;
      }
      pieces.push(tokens.subarray(0, kept));
      length += kept;
    }
    this.#storeGenerator(generator);

    const tokens = new Uint16Array(length);
    let at = 0;
    for (const piece of pieces) {
      tokens.set(piece, at);
      at += piece.length;
    }
    return { tokens, ends };
  }

  /** The instance, unless it was given back. */
  #use(): Exports {
    if (this.#instance === undefined) {
      throw new TypeError("Cannot use a kernel after its release");
    }
    return this.#instance;
  }

  #useRows(): Exports {
    const instance = this.#use();
    if (this.#rows === 0) {
      throw new RangeError("Cannot compute a loss without rows");
    }
    return instance;
  }

  #useWhole(): Exports {
    const instance = this.#useRows();
    if (!instance.prepareWhole()) throw this.#rowsTooLarge(this.#rows);
    return instance;
  }

  /** Puts rows on the stage, so many at a time, and hashes them there. */
  #stageRows({ X, Y }: KernelRows, use?: (count: number) => void): void {
    const { contextLength: T } = this.sizes;
    const instance = this.#use();
    const atOnce = Math.floor(instance.stageSize() / (2 * T + 2));
    instance.beginHashes(Y.length);
    for (let first = 0; first < Y.length; first += atOnce) {
      const count = Math.min(atOnce, Y.length - first);
      const stage = new Uint16Array(
        instance.memory.buffer,
        instance.stageAddress(),
        count * (T + 1),
      );
      stage.set(X.subarray(first * T, (first + count) * T));
      stage.set(Y.subarray(first, first + count), count * T);
      instance.hashRows(count);
      use?.(count);
    }
  }

  /** A pass over all rows, by as many threads as there are; its loss. */
  #shareWhole(
    backward: boolean,
    { learningRate, weightDecay }: {
      learningRate: number;
      weightDecay: number;
    },
    alone: () => number,
  ): number {
    const rates = Float64Array.of(learningRate);
    this.#share({
      backward,
      rates,
      weightDecay,
      batchSize: 0,
      alone: () => {
        rates[0] = alone();
        return Number.isFinite(rates[0]) ? 1 : 0;
      },
    });
    return rates[0];
  }

  #share(steps: SharedSteps): number {
    const { vocabularySize: V, contextLength: T, embeddingSize: E } =
      this.sizes;
    const { hiddenSize: H, directConnections = false } = this.sizes;
    return shareSteps({
      instance: this.#use(),
      module: compiledModule(),
      sizes: [V, T, E, H, directConnections],
      key: this.#rowsKey,
    }, steps);
  }

  #moveWeights(weights: KernelWeights, storing: boolean): void {
    const { C, W1, b1, W2, b2, Wd } = weights;
    const { vocabularySize: V, embeddingSize: E, hiddenSize: H } = this.sizes;
    const instance = this.#use();
    /** An array in pieces of whole rows, as many as the stage takes. */
    const move = (
      array: Float32Array,
      columns: number,
      moveRows: (first: number, count: number, storing: boolean) => void,
    ) => {
      const rows = array.length / columns;
      let atOnce = Math.floor(instance.stageSize() / (4 * columns));
      if (atOnce > 4) atOnce -= atOnce % 4; // W2 turns four rows together
      for (let first = 0; first < rows; first += atOnce) {
        const count = Math.min(atOnce, rows - first);
        const piece = array.subarray(
          first * columns,
          (first + count) * columns,
        );
        const stage = new Float32Array(
          instance.memory.buffer,
          instance.stageAddress(),
          piece.length,
        );
        if (!storing) stage.set(piece);
        moveRows(first, count, storing);
        if (storing) piece.set(stage);
      }
    };
    move(C, E, instance.moveC);
    move(W1, H, instance.moveW1);
    move(b1, H, () => instance.moveB1(storing));
    move(W2, V, instance.moveW2);
    move(b2, V, () => instance.moveB2(storing));
    if (Wd !== undefined) move(Wd, V, instance.moveWd);
  }

  #checkWeights(weights: KernelWeights): void {
    const { vocabularySize: V, contextLength: T, embeddingSize: E } =
      this.sizes;
    const { hiddenSize: H, directConnections } = this.sizes;
    const lengths = {
      C: V * E,
      W1: T * E * H,
      b1: H,
      W2: H * V,
      b2: V,
      Wd: directConnections ? T * E * V : 0,
    };
    for (const name of ["C", "W1", "b1", "W2", "b2", "Wd"] as const) {
      const length = weights[name]?.length ?? 0;
      if (length !== lengths[name]) {
        throw new RangeError(
          `Cannot take ${name} of length ${length}: ` +
            `${this.#describe()} has ${lengths[name]}`,
        );
      }
    }
  }

  #checkTokens(where: string, tokens: ArrayLike<number>): void {
    const { vocabularySize: V } = this.sizes;
    for (let i = 0; i < tokens.length; i++) {
      if (!Number.isInteger(tokens[i]) || tokens[i] < 0 || tokens[i] >= V) {
        throw new RangeError(
          `Cannot take token ${tokens[i]} in ${where}: vocabularySize is ${V}`,
        );
      }
    }
  }

  /** Prepares for `words` words, which start after these tokens. */
  #beginSampling(
    words: number,
    where: string,
    tokens: ArrayLike<number>,
    { temperature = 1, topK = 0 }: KernelSoftmaxOptions,
  ): void {
    const { contextLength: T } = this.sizes;
    const instance = this.#use();
    this.#checkTokens(where, tokens);
    if (!(temperature > 0 && temperature < Infinity)) {
      throw new RangeError(
        `Cannot take temperature ${temperature}: it has to be above 0`,
      );
    }
    if (topK !== 0) checkWhole("topK", topK, 1, MAX_ROWS);
    if (!instance.prepareSampling(words)) {
      throw this.#tooLarge("sampling", instance.bytesWanted());
    }
    // A context holds the last T tokens, after zeros if there are fewer.
    const context = new Uint16Array(
      instance.memory.buffer,
      instance.promptAddress(),
      T,
    );
    for (let t = 0; t < T; t++) {
      const at = tokens.length - T + t;
      context[t] = at < 0 ? 0 : tokens[at];
    }
    instance.beginSampling(temperature, topK);
  }

  #loadGenerator({ words, position }: KernelGenerator): void {
    const instance = this.#use();
    generatorWordsOf(instance).set(words);
    instance.resumeGenerator(position);
  }

  #storeGenerator(generator: KernelGenerator): void {
    const instance = this.#use();
    generator.words.set(generatorWordsOf(instance));
    generator.position = instance.generatorPosition();
  }

  #unknownToken(X: Uint16Array, Y: Uint16Array): RangeError {
    const { vocabularySize: V } = this.sizes;
    const unknown = (token: number) => token >= V;
    const [name, tokens] = X.some(unknown) ? ["X", X] : ["Y", Y];
    const at = tokens.findIndex(unknown);
    return new RangeError(
      `Cannot take token ${
        tokens[at]
      } in ${name}[${at}]: vocabularySize is ${V}`,
    );
  }

  #rowsTooLarge(rows: number): RangeError {
    return this.#tooLarge(`${rows} rows`, this.#use().bytesWanted());
  }

  #tooLarge(what: string, bytes: number): RangeError {
    return new RangeError(
      `Cannot hold ${what} of ${this.#describe()} in memory: ` +
        `${bytes} bytes are wanted, and WebAssembly has ${MAX_BYTES} at most, ` +
        "the machine perhaps fewer",
    );
  }

  #describe(): string {
    const { vocabularySize, contextLength, embeddingSize, hiddenSize } =
      this.sizes;
    return `a model with vocabularySize ${vocabularySize}, contextLength ` +
      `${contextLength}, embeddingSize ${embeddingSize}, hiddenSize ` +
      `${hiddenSize}${
        this.sizes.directConnections ? ", directConnections" : ""
      }`;
  }
}

/** Refuses what is not a whole number in a range. */
function checkWhole(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER
    ? `from ${least} to ${most}`
    : `from ${least} up`;
  throw new RangeError(
    `Cannot take ${name} ${value}: it has to be a whole number ${range}`,
  );
}

/** Refuses what cannot be a weight decay. */
function checkWeightDecay(value: number): void {
  if (value >= 0 && value < Infinity) return;
  throw new RangeError(
    `Cannot take weightDecay ${value}: it has to be a finite number from 0 up`,
  );
}
