/**
 * The engine: training, evaluation and sampling of the model in one small
 * WebAssembly module. It takes and gives typed arrays, knows nothing of tensors,
 * and needs only WebAssembly with SIMD: it runs in Deno, Node, Bun, the Jupyter
 * kernel and browsers alike.
 *
 * Its sources are lib/kernel/assembly/, in AssemblyScript; lib/kernel/reference.ts
 * states the same in plain float64 loops.
 *
 * @module
 */

import { OutOfMemoryError } from "../errors/errors.ts";
import { checkNotNegative, checkWhole } from "../errors/checks.ts";
import {
  type Arithmetic,
  type Build,
  FIXED_BYTES,
  giveBack,
  type Instance,
  moveInstance,
  takeInstance,
} from "./instances.ts";
import {
  elementsOf,
  type ModelSizes,
  PARAMETER_NAMES,
  type ParameterArrays,
  parameterNames,
  type ParameterShapes,
  parameterShapes,
} from "./parameters.ts";
import { type Rows, writtenOut } from "./rows.ts";
import { withThreads } from "./threads.ts";

/**
 * The state of an MT19937, which is drawn from and moved on.
 *
 * @experimental The kernel changes with the algorithms in it.
 */
export interface KernelGenerator {
  /** The state, uint32 `[624]`. */
  readonly words: Uint32Array;
  /** The index of the next word, 0 to 624. */
  position: number;
}

/**
 * What a step of gradient descent does besides following the gradient.
 *
 * @experimental The kernel changes with the algorithms in it.
 */
export interface KernelStepOptions {
  /**
   * How strongly weights, but not biases, are drawn to zero: each of C, W1, W2
   * and Wd loses this part of itself times the learning rate. Default: 0.
   */
  weightDecay?: number;
}

/**
 * What {@linkcode Kernel.train} needs besides the learning rates.
 *
 * @experimental The kernel changes with the algorithms in it.
 */
export interface KernelTrainOptions extends KernelStepOptions {
  /** B, how many rows a minibatch has. */
  batchSize: number;
  /** Where the minibatches are drawn from; it moves on. */
  generator: KernelGenerator;
  /** Receives the loss of each step, before the update of the step. */
  losses?: Float64Array;
  /**
   * How many different tokens are drawn in each step, for a softmax over them
   * and the targets alone; see {@linkcode Kernel.train}. Default: all tokens.
   */
  candidates?: number;
}

/**
 * How probabilities are made from logits.
 *
 * @experimental The kernel changes with the algorithms in it.
 */
export interface KernelSoftmaxOptions {
  /** What the logits are divided by. Default: 1. */
  temperature?: number;
  /** Keeps only this many of the likeliest tokens. Default: all. */
  topK?: number;
}

/**
 * What {@linkcode Kernel.sample} needs besides the number of words.
 *
 * @experimental The kernel changes with the algorithms in it.
 */
export interface KernelSampleOptions extends KernelSoftmaxOptions {
  /** Where the tokens are drawn from; it moves on. */
  generator: KernelGenerator;
  /** The most tokens of a word; a word that long ends without token 0. */
  maxLength: number;
  /** Tokens before each word. Default: none. */
  prompt?: ArrayLike<number>;
}

/**
 * New words, one after the other in one array.
 *
 * @experimental The kernel changes with the algorithms in it.
 */
export interface KernelWords {
  /** The tokens of all words, without the token 0 that ends a word. */
  readonly tokens: Uint16Array;
  /** Where each word ends in `tokens`, and so where the next begins. */
  readonly ends: Uint32Array;
}

/** What a 32-bit memory can hold, in bytes. */
const MAX_BYTES = 2 ** 32;
/** The most rows, of which 32-bit numbers can keep count. */
const MAX_ROWS = 2 ** 31;
/** From so many rows on, it pays to move into a fixed memory. */
const MANY_ROWS = 1000;
/** Powers of two at the ends of float32; temperatures beyond are cut to them. */
const TEMPERATURES = [2 ** -149, 2 ** 127] as const;

/**
 * A model in WebAssembly's memory, with the rows that it learns from.
 *
 * The same calls with the same numbers give the same bits on every machine that
 * has the same {@linkcode Kernel.arithmetic}, no matter how the steps are split
 * over calls of {@linkcode Kernel.train}.
 *
 * @experimental The kernel changes with the algorithms in it.
 *
 * @example Three tokens that follow each other in a circle
 * ```ts
 * import { Kernel } from "@makemore/mlp/core";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const kernel = new Kernel({
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
 * kernel.setRows({
 *   contextLength: 1,
 *   X: Uint16Array.of(0, 1, 2),
 *   Y: Uint16Array.of(1, 2, 0),
 * });
 * assertEquals(kernel.loss().toFixed(4), Math.log(3).toFixed(4));
 * for (let step = 0; step < 100; step++) kernel.stepAll(0.5);
 * assert(kernel.loss() < 0.1);
 * assert(kernel.probabilities([2])[0] > 0.9);
 * kernel.release();
 * ```
 */
export class Kernel {
  /** The sizes of the model: V, T, E and H. */
  readonly sizes: ModelSizes;
  #build: Build;
  readonly #shapes: ParameterShapes;
  #instance: Instance | undefined;
  #rows = 0;
  #contexts = 0;

  /**
   * Makes room for a model whose weights are zero, without rows.
   *
   * {@linkcode Kernel.release} gives it back; without that, the memory stays in
   * use until the kernel is collected.
   *
   * @param sizes V, T, E and H
   * @throws {RangeError} if a size is not a whole number from 1, the vocabulary
   * has more than 65,535 tokens, or there is not enough memory
   */
  constructor(sizes: ModelSizes) {
    this.#shapes = parameterShapes(sizes);
    this.sizes = { ...sizes };
    const bytes = Object.values(this.#shapes).reduce(
      (sum, shape) => sum + 4 * elementsOf(shape),
      0,
    );
    if (bytes > MAX_BYTES) throw this.#tooLarge("the weights", bytes);
    const { vocabularySize: V, contextLength: T, embeddingSize: E } = sizes;
    const { hiddenSize: H, directConnections = false } = sizes;
    ({ instance: this.#instance, build: this.#build } = takeInstance(this));
    // Without a hidden layer there is a unit whose weights are and stay zero.
    const units = Math.max(H, 1);
    try {
      this.#layOut(
        "the model",
        (instance) => instance.setModel(V, T, E, units, directConnections),
      );
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** How it rounds, which was chosen when it was made. */
  get arithmetic(): Arithmetic {
    return this.#build.arithmetic;
  }

  /** Gives the memory back; the kernel cannot be used any more. */
  release(): void {
    if (this.#instance) giveBack(this, this.#instance, this.#build);
    this.#instance = undefined;
  }

  /** The same as {@linkcode Kernel.release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Copies the weights into the kernel.
   *
   * @param weights the parameters, in the shapes of `sizes`
   * @throws {RangeError} if an array does not have the length of its shape
   */
  loadWeights(weights: ParameterArrays): void {
    this.#checkWeights(weights);
    this.#use().clearModel();
    this.#moveWeights(weights, false);
  }

  /**
   * Writes the weights as they are now into the given arrays.
   *
   * @param into the arrays, in the shapes of `sizes`
   * @throws {RangeError} if an array does not have the length of its shape
   */
  storeWeights(into: ParameterArrays): void {
    this.#checkWeights(into);
    this.#moveWeights(into, true);
  }

  /**
   * Takes rows in, in place of the ones before. Equal contexts are found here,
   * once; the arrays are not needed afterwards.
   *
   * @param given contexts written out, or a stream of tokens
   * @throws {RangeError} if the rows do not fit the model or each other, a token
   * is not below the size of the vocabulary, or there is not enough memory; the
   * kernel then has no rows
   */
  setRows(given: Rows): void {
    const isList = "ids" in given && given.withinWords;
    const rows = isList ? writtenOut(given) : given;
    const { contextLength: T } = this.sizes;
    const N = rows.Y.length;
    if (rows.contextLength !== T) {
      throw new RangeError(
        `Cannot use rows with contextLength ${rows.contextLength}: that of the ` +
          `model is ${T}`,
      );
    }
    const isStream = "ids" in rows;
    const [name, tokens, length, stride] = isStream
      ? ["ids", rows.ids, T + N, 1] as const
      : ["X", rows.X, N * T, T] as const;
    if (tokens.length !== length) {
      throw new RangeError(
        `Cannot use ${name} of length ${tokens.length} with Y of length ${N}: ` +
          `with contextLength ${T} it must have length ${length}`,
      );
    }
    checkWhole("rows", N, 0, MAX_ROWS);
    this.#rows = 0;
    const instance = this.#use();
    instance.setRowCount(0);
    const isSmall = instance.bytesWanted() < FIXED_BYTES;
    if (N >= MANY_ROWS && isSmall && !this.#build.isFixed) this.#move();
    const room = instance.stageSize() / 2;
    const atOnce = isStream ? room - T : Math.floor(room / (T + 1));
    while (!this.#takeIn(rows, tokens, stride, atOnce)) {
      this.#enlarge(`${N} rows`);
    }
    this.#contexts = this.#use().finishRows();
    this.#rows = N;
  }

  /** Takes rows in, so many at once; false if there is not enough memory. */
  #takeIn(
    rows: Rows,
    tokens: Uint16Array,
    stride: number,
    atOnce: number,
  ): boolean {
    const { contextLength: T, Y } = rows;
    const isStream = "ids" in rows;
    const instance = this.#use();
    if (!instance.setRowCount(Y.length)) return false;
    for (let first = 0; first < Y.length; first += atOnce) {
      const count = Math.min(atOnce, Y.length - first);
      const used = isStream ? T + count : T * count;
      const stage = this.#stage(Uint16Array, instance.stageSize() / 2);
      stage.set(tokens.subarray(first * stride, first * stride + used));
      if (!isStream) stage.set(Y.subarray(first, first + count), used);
      const outcome = instance.addRows(count, stride, isStream ? T : used);
      if (outcome === 1) return false;
      if (outcome === 2) {
        this.#checkTokens(isStream ? "ids" : "X", tokens);
        this.#checkTokens("Y", Y);
      }
    }
    return true;
  }

  /**
   * One step of gradient descent on all rows.
   *
   * @param learningRate how far to go against the gradient
   * @param options the weight decay
   * @returns the mean negative log-likelihood before the update; if it is not
   * finite, the weights stay as they were
   * @throws {RangeError} if there are no rows, there is not enough memory, or the
   * weight decay is not a finite number from 0
   */
  stepAll(learningRate: number, options: KernelStepOptions = {}): number {
    const { weightDecay = 0 } = options;
    checkNotNegative("weight decay", weightDecay);
    const instance = this.#useWhole();
    return this.#withThreads(
      3 * this.#contexts,
      () => instance.stepWhole(learningRate, weightDecay),
    );
  }

  /**
   * Makes room for all rows at once, so that {@linkcode Kernel.stepAll} has the
   * memory that it needs.
   *
   * @throws {RangeError} if there are no rows, or there is not enough memory
   */
  reserveAll(): void {
    this.#useWhole();
  }

  /**
   * The mean negative log-likelihood of all rows.
   *
   * @throws {RangeError} if there are no rows, or there is not enough memory
   */
  loss(): number {
    const instance = this.#useWhole();
    return this.#withThreads(this.#contexts, () => instance.lossOfWhole());
  }

  /**
   * The loss of each row: −log of the probability of its token.
   *
   * @returns the losses in the order of the rows, float64 `[N]`
   * @throws {RangeError} if there are no rows, or there is not enough memory
   */
  rowLosses(): Float64Array {
    this.#useRows();
    const N = this.#rows;
    const instance = this.#layOut(
      `${N} rows`,
      (instance) => instance.prepareRowLosses(),
    );
    const at = this.#withThreads(
      this.#contexts,
      () => instance.lossesOfRows(),
    );
    return this.#view(Float64Array, at, N).slice();
  }

  /**
   * Steps of gradient descent on minibatches, drawn from the rows as
   * `torch.randint(0, rows, (batchSize,))` draws them, one for each learning
   * rate.
   *
   * It stops where a loss is not finite, before the update of that step: the
   * weights are those after the steps that were done, and the generator has
   * drawn the minibatch of the step that was not.
   *
   * With `candidates`, S, the softmax is a sampled one. After the minibatch's
   * rows each step draws tokens until S are different, the same for all rows:
   * two 32-bit words make `u = ((high % 2²¹) · 2³² + low) / 2⁵³`, and this makes
   * the token `⌊exp(u · log(V + 1))⌋ − 1`, so that
   * `P(k) = log((k + 2)/(k + 1)) / log(V + 1)`. The softmax of a row is over the
   * candidates and its own target, which counts once if it is among them; from
   * each logit, the target's too, `log(−expm1(tries · log1p(−P(k))))` is taken,
   * where `tries` is how many tokens were drawn in all. The losses are those of
   * this softmax. The time of a step does not depend on V, unless weights decay,
   * which all do. Tokens should be in the order of their frequency.
   *
   * @param learningRates one for each step
   * @param options the size of the minibatches, and what draws them
   * @returns how many steps were done; if fewer than there are learning rates,
   * `losses` at that index is the loss that was not finite
   * @throws {RangeError} if there are no rows, the batch size is not a whole
   * number from 1, `losses` is too short, the weight decay is not a finite number
   * from 0, the candidates are not a whole number from 1 to V − 1, or there is
   * not enough memory
   */
  train(
    learningRates: Float64Array | Float32Array,
    options: KernelTrainOptions,
  ): number {
    const { batchSize, generator, losses, weightDecay = 0, candidates } =
      options;
    this.#useRows();
    checkNotNegative("weight decay", weightDecay);
    const steps = learningRates.length;
    checkWhole("batchSize", batchSize, 1, MAX_ROWS);
    if (candidates !== undefined) {
      checkWhole("candidates", candidates, 1, this.sizes.vocabularySize - 1);
    }
    if (losses !== undefined && losses.length < steps) {
      throw new RangeError(
        `Cannot write ${steps} losses into an array of length ${losses.length}`,
      );
    }
    const instance = this.#layOut(
      `minibatches of ${batchSize} rows` +
        (candidates === undefined ? "" : ` with ${candidates} candidates`),
      (instance) => instance.prepareBatches(batchSize, candidates ?? 0),
    );
    this.#loadGenerator(generator);
    const atOnce = Math.min(1024, Math.floor(instance.stageSize() / 8));
    let done = 0;
    while (done < steps) {
      const count = Math.min(atOnce, steps - done);
      const stage = this.#stage(Float64Array, count);
      stage.set(learningRates.subarray(done, done + count));
      const finite = this.#withThreads(
        3 * Math.min(batchSize, this.#contexts),
        () => instance.trainSteps(count, batchSize, weightDecay),
        count,
        candidates,
      );
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
   * @param contexts T tokens, or those of n contexts one after the other, n·T
   * @param options how to make the probabilities
   * @returns the probabilities, float32 `[V]`, or `[n, V]`
   * @throws {RangeError} if the contexts do not have T tokens of the vocabulary
   * each, an option is out of range, or the probabilities are not numbers
   */
  probabilities(
    contexts: ArrayLike<number>,
    options: KernelSoftmaxOptions = {},
  ): Float32Array {
    const { vocabularySize: V, contextLength: T } = this.sizes;
    if (contexts.length % T !== 0 || contexts.length === 0) {
      throw new RangeError(
        `Cannot use a context of ${contexts.length} tokens: contextLength is ${T}`,
      );
    }
    const count = contexts.length / T;
    const instance = this.#prepareSampling(1, "the context", contexts);
    const all = new Float32Array(count * V);
    for (let i = 0; i < count; i++) {
      const context = Array.prototype.slice.call(contexts, i * T, (i + 1) * T);
      this.#beginSampling(context, options);
      if (!instance.probabilitiesOfPrompt()) throw notNumbers();
      all.set(this.#stage(Float32Array, V), i * V);
    }
    return all;
  }

  /**
   * New words, token by token: each is drawn as `torch.multinomial(probs, 1)`
   * draws since torch 2.7, one word after the other from one generator.
   *
   * @param count how many words
   * @param options how to make the probabilities, and what to draw from
   * @returns the words, without the prompt and without the token 0 at their end
   * @throws {RangeError} if an option is out of range, or the probabilities are
   * not numbers; the generator is then as it was
   */
  sample(count: number, options: KernelSampleOptions): KernelWords {
    const { generator, maxLength, prompt = [] } = options;
    checkWhole("count", count, 0, MAX_ROWS);
    checkWhole("maxLength", maxLength, 0, MAX_ROWS);
    const instance = this.#prepareSampling(count, "the prompt", prompt);
    this.#beginSampling(prompt, options);
    this.#loadGenerator(generator);

    const ends = new Uint32Array(count);
    const pieces: Uint16Array[] = [];
    let words = 0;
    let length = 0;
    while (words < count) {
      const written = instance.sampleWords(count - words, maxLength);
      if (written < 0) throw notNumbers();
      const output = this.#stage(Uint16Array, written);
      const piece = new Uint16Array(written);
      let kept = 0;
      for (const token of output) {
        if (token !== 0) piece[kept++] = token;
        else ends[words++] = length + kept;
      }
      pieces.push(piece.subarray(0, kept));
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
  #use(): Instance {
    if (this.#instance === undefined) {
      throw new TypeError("Cannot use a kernel after its release");
    }
    return this.#instance;
  }

  #useRows(): void {
    this.#use();
    if (this.#rows === 0) {
      throw new RangeError("Cannot compute a loss without rows");
    }
  }

  #useWhole(): Instance {
    this.#useRows();
    return this.#layOut(
      `${this.#rows} rows`,
      (instance) => instance.prepareWhole(),
    );
  }

  /** Lays something out in memory, in a larger one if it takes that. */
  #layOut(what: string, layOut: (instance: Instance) => number): Instance {
    while (!layOut(this.#use())) this.#enlarge(what);
    return this.#use();
  }

  /** Moves into a memory that can grow, unless this one can. */
  #enlarge(what: string): void {
    if (!this.#build.isFixed) throw this.#tooLarge(what);
    this.#move();
  }

  /** Moves into the other kind of memory. */
  #move(): void {
    ({ instance: this.#instance, build: this.#build } = moveInstance(
      this,
      this.#use(),
      this.#build,
    ));
  }

  /** Computes with threads, passes over so many rows each. */
  #withThreads<Result>(
    rows: number,
    compute: () => Result,
    passes = 1,
    candidates = this.sizes.vocabularySize,
  ): Result {
    const { contextLength: T, embeddingSize: E, hiddenSize: H } = this.sizes;
    const width = this.sizes.directConnections ? H + T * E : H;
    const { module } = this.#build;
    const work = rows * width * candidates;
    return withThreads(this.#use(), module, work, passes, compute);
  }

  /**
   * An array in the kernel's memory, until that grows. JavaScript reads addresses
   * as signed numbers, so those from 2 GiB on come out negative.
   */
  #view<View>(
    View: new (buffer: ArrayBuffer, address: number, length: number) => View,
    address: number,
    length: number,
  ): View {
    const { buffer } = this.#use().memory;
    return new View(buffer as ArrayBuffer, address >>> 0, length);
  }

  /** An array on the stage. */
  #stage<View>(
    View: new (buffer: ArrayBuffer, address: number, length: number) => View,
    length: number,
  ): View {
    return this.#view(View, this.#use().stageAddress(), length);
  }

  /** Moves the parameters in pieces of whole rows, as many as the stage takes. */
  #moveWeights(weights: ParameterArrays, storing: boolean): void {
    const instance = this.#use();
    for (const name of parameterNames(this.#shapes)) {
      const columns = this.#shapes[name]!.at(-1)!;
      const array = weights[name]!;
      if (array.length === 0) continue;
      const rows = array.length / columns;
      let atOnce = Math.floor(instance.stageSize() / (4 * columns));
      if (atOnce > 4) atOnce -= atOnce % 4; // W2 turns four rows together
      for (let first = 0; first < rows; first += atOnce) {
        const count = Math.min(atOnce, rows - first);
        const end = (first + count) * columns;
        const piece = array.subarray(first * columns, end);
        const { length } = piece;
        const stage = this.#stage(Float32Array, length);
        if (!storing) stage.set(piece);
        instance[`move${name}`](first, count, storing);
        if (storing) piece.set(stage);
      }
    }
  }

  #checkWeights(weights: ParameterArrays): void {
    for (const name of PARAMETER_NAMES) {
      const length = weights[name]?.length ?? 0;
      const shape = this.#shapes[name];
      const wanted = shape ? elementsOf(shape) : 0;
      if (length !== wanted) {
        throw new RangeError(
          `Cannot use ${name} of length ${length}: ` +
            `that of ${this.#describe()} has ${wanted}`,
        );
      }
    }
  }

  #checkTokens(where: string, tokens: ArrayLike<number>): void {
    const { vocabularySize: V } = this.sizes;
    for (let i = 0; i < tokens.length; i++) {
      if (!Number.isInteger(tokens[i]) || tokens[i] < 0 || tokens[i] >= V) {
        throw new RangeError(
          `Cannot use token ${
            tokens[i]
          } in ${where}[${i}]: vocabularySize is ${V}`,
        );
      }
    }
  }

  /** Makes room for `words` words, and checks the tokens before them. */
  #prepareSampling(
    words: number,
    where: string,
    tokens: ArrayLike<number>,
  ): Instance {
    this.#checkTokens(where, tokens);
    return this.#layOut(
      "sampling",
      (instance) => instance.prepareSampling(words),
    );
  }

  /** The next tokens follow these: the last T, after zeros if there are fewer. */
  #beginSampling(
    tokens: ArrayLike<number>,
    options: KernelSoftmaxOptions,
  ): void {
    const { temperature = 1, topK = 0 } = options;
    const { contextLength: T } = this.sizes;
    const instance = this.#use();
    if (!(temperature > 0 && temperature < Infinity)) {
      throw new RangeError(
        `Cannot use temperature ${temperature}: it must be a finite number above 0`,
      );
    }
    if (topK !== 0) checkWhole("topK", topK, 1, MAX_ROWS);
    const context = this.#stage(Uint16Array, T);
    for (let t = 0; t < T; t++) {
      const at = tokens.length - T + t;
      context[t] = at < 0 ? 0 : tokens[at];
    }
    const [least, most] = TEMPERATURES;
    instance.beginSampling(
      Math.min(Math.max(temperature, least), most),
      topK,
    );
  }

  #loadGenerator({ words, position }: KernelGenerator): void {
    this.#stage(Uint32Array, 624).set(words);
    this.#use().loadGenerator(position);
  }

  #storeGenerator(generator: KernelGenerator): void {
    generator.position = this.#use().storeGenerator();
    generator.words.set(this.#stage(Uint32Array, 624));
  }

  /** There is not enough memory; by default for what was last laid out. */
  #tooLarge(what: string, bytes = this.#use().bytesWanted()): OutOfMemoryError {
    return new OutOfMemoryError(
      `Cannot hold ${what} of ${this.#describe()} in memory: it takes ${bytes} ` +
        `bytes, and WebAssembly has at most ${MAX_BYTES}, the machine perhaps less`,
    );
  }

  #describe(): string {
    const sizes = Object.entries(this.sizes).map((entry) => entry.join(" "));
    return `a model with ${sizes.join(", ")}`;
  }
}

/** The weights are not finite, or so large that the logits are not. */
function notNumbers(): RangeError {
  return new RangeError(
    "Cannot sample: the model's probabilities are not numbers, because its " +
      "weights are not, or are too large",
  );
}
