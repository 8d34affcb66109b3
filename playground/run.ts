/**
 * A run: a list, settings and edits in; after so many steps, always the same
 * weights out.
 */

import {
  buildVocabulary,
  type Checkpoint,
  contextWindows,
  createParameters,
  type ParameterArrays,
  parameterNames,
  type Rows,
  setArithmetic,
  type Splits,
  splitWords,
  TorchGenerator,
  type TrainProgress,
  type Vocabulary,
} from "../core.ts";
import { glanceOf } from "../lib/recipes/best_on_dev.ts";
import {
  type DevLooks,
  isOutOfPatience,
  lookEveryOf,
  type Training,
  trainLooking,
} from "../lib/recipes/learn.ts";
import { scheduleOf } from "../lib/recipes/recipe.ts";
import { type Edit, placeOf, type Settings } from "./settings.ts";
import { sha256 } from "./sha256.ts";

/** The most weights of the hidden units. */
const MOST_WEIGHTS = 2 ** 26;

/** What {@linkcode Run.advance} takes. */
interface Advance {
  signal: AbortSignal;
  onProgress: (progress: TrainProgress) => void | Promise<void>;
  /** The number of steps between two reports; by default a moment's. */
  stepsPerProgress?: number;
}

/** The network of a list, between two steps. */
export class Run {
  readonly words: readonly string[];
  readonly settings: Settings;
  readonly vocabulary: Vocabulary;
  readonly splits: Splits;
  /** The rows to learn from, and those to judge by. */
  readonly rows: { readonly train: Rows; readonly dev: Rows };
  generator: TorchGenerator;
  training: Training;
  /** The weights that were set by hand, in order of their steps. */
  edits: Edit[];
  /** Whether it goes on from a file, so that a link cannot begin it. */
  isOpened = false;
  readonly #looks: DevLooks;

  /**
   * Starts a run.
   *
   * @param words the list
   * @param settings what else decides its weights
   * @param edits what will be set by hand, at which step
   * @throws {RangeError} if a setting is out of range, or there are too few words
   */
  constructor(
    words: readonly string[],
    settings: Settings,
    edits: readonly Edit[] = [],
  ) {
    setArithmetic(settings.arithmetic);
    this.words = words;
    this.settings = settings;
    this.vocabulary = buildVocabulary(words);
    const { keepEqualTogether } = settings;
    this.splits = splitWords(words, { keepEqualTogether });
    const rowsOf = (part: readonly string[]) =>
      contextWindows(part, this.vocabulary, settings.contextLength);
    this.rows = {
      train: rowsOf(this.splits.train),
      dev: rowsOf(this.splits.dev),
    };
    const { steps, patience } = settings;
    this.#looks = {
      dev: glanceOf(this.rows.dev, this.vocabulary.size),
      lookEvery: lookEveryOf(steps, patience),
      patience,
    };
    this.edits = [...edits].sort((a, b) => a.step - b.step);
    this.generator = new TorchGenerator(settings.seed);
    this.training = this.#begin();
    this.#applyEdits();
  }

  /** The network as it is after the last step. */
  get parameters(): ParameterArrays {
    return this.training.parameters;
  }

  get step(): number {
    return this.training.step;
  }

  /** Why no further step is taken, if that is so. */
  get ending(): "steps" | "patience" | undefined {
    if (this.step >= this.settings.steps) return "steps";
    return isOutOfPatience(this.training, this.#looks) ? "patience" : undefined;
  }

  #begin(): Training {
    const { settings, generator, vocabulary } = this;
    const { contextLength, embeddingSize, hiddenSize } = settings;
    const sizes = { contextLength, embeddingSize, hiddenSize };
    const rows = contextLength * embeddingSize + vocabulary.size;
    if (rows * hiddenSize > MOST_WEIGHTS) {
      throw new RangeError(
        `Cannot begin with ${hiddenSize} hidden units: this page has room for ` +
          `${Math.floor(MOST_WEIGHTS / rows)} with such a context`,
      );
    }
    const parameters = createParameters(
      { vocabularySize: vocabulary.size, ...sizes },
      { generator, initialization: settings.initialization },
    );
    return { parameters, step: 0 };
  }

  /** Goes back to the same start, without edits. */
  rewind(): void {
    setArithmetic(this.settings.arithmetic);
    this.edits = [];
    this.isOpened = false;
    this.generator = new TorchGenerator(this.settings.seed);
    this.training = this.#begin();
  }

  /** Sets a weight, and forgets what was to be set later. */
  edit(index: number, value: number): void {
    const { step } = this;
    this.edits = this.edits.filter((edit) =>
      edit.step < step || (edit.step === step && edit.index !== index)
    );
    this.edits.push({ step, index, value });
    this.#applyEdits();
  }

  /** Sets what was set by hand at this step. */
  #applyEdits(): void {
    for (const { step, index, value } of this.edits) {
      const place = step === this.step && placeOf(this.parameters, index);
      if (place) this.parameters[place.name]![place.at] = value;
    }
  }

  /** Goes on where a checkpoint of this list and these settings was saved. */
  resume(checkpoint: Checkpoint): void {
    const { parameters, current, best, step, generatorState } = checkpoint;
    this.edits = [];
    this.isOpened = true;
    this.generator.setState(generatorState);
    this.training = {
      parameters: current ?? parameters,
      step,
      best: best && { ...best, parameters },
    };
  }

  /** Takes steps until there are so many, or the run ends. */
  async advance(until: number, options: Advance): Promise<void> {
    const { batchSize, weightDecay, steps } = this.settings;
    const last = Math.min(until, steps);
    while (this.step < last && !this.ending) {
      const next = this.edits.find(({ step }) => step > this.step);
      await trainLooking(this.training, this.rows.train, this.#looks, {
        ...options,
        steps: Math.min(last, next?.step ?? last),
        generator: this.generator,
        batchSize,
        learningRate: scheduleOf(this.settings),
        weightDecay,
      });
      this.#applyEdits();
    }
  }
}

/** All numbers of a network in one array. */
export function joined(parameters: ParameterArrays): Float32Array<ArrayBuffer> {
  const arrays = parameterNames(parameters).map((name) => parameters[name]!);
  const all = new Float32Array(
    arrays.reduce((sum, { length }) => sum + length, 0),
  );
  let start = 0;
  for (const array of arrays) {
    all.set(array, start);
    start += array.length;
  }
  return all;
}

/** The parts of such an array, by the sizes of its network. */
export function parted(
  all: Float32Array,
  sizes: {
    readonly tokens: { readonly length: number };
    readonly contextLength: number;
    readonly embeddingSize: number;
    readonly hiddenSize: number;
  },
): ParameterArrays {
  const { tokens: { length: V }, contextLength: T } = sizes;
  const { embeddingSize: E, hiddenSize: H } = sizes;
  let end = 0;
  const next = (length: number) => all.subarray(end, end += length);
  return {
    C: next(V * E),
    W1: next(T * E * H),
    b1: next(H),
    W2: next(H * V),
    b2: next(V),
  };
}

/**
 * The hash that page and link show: that of the weights as float32, C, W1, b1,
 * W2 and b2 one after the other.
 */
export function hashOfWeights(parameters: ParameterArrays): string {
  return sha256(new Uint8Array(joined(parameters).buffer));
}

/** The hash of a list, the same that a checkpoint of the command line keeps. */
export function hashOfWords(words: readonly string[]): string {
  return sha256(new TextEncoder().encode(words.join("\n")));
}
