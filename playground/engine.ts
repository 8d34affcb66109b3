/** The worker: owns the run, trains it in slices, and tells the page. */

import {
  arithmetic,
  autoRecipe,
  bestNgram,
  buildVocabulary,
  contextWindows,
  embeddedWords,
  evaluate,
  nextTokens,
  parseTable,
  parseWords,
  type Rows,
  sample,
  sizesOf,
  splitWords,
  takeRows,
  TorchGenerator,
  type TrainProgress,
  type WordList,
} from "../core.ts";
import { originsIn } from "../lib/language_models/labels.ts";
import { ORDERS } from "../lib/recipes/best_ngram.ts";
import { dataOf } from "../lib/recipes/learn.ts";
import { answer, tell } from "./channel.ts";
import { openRun, saveRun } from "./checkpoint.ts";
import { type Plane, planeOf } from "./plane.ts";
import { hashOfWeights, hashOfWords, joined, Run } from "./run.ts";
import { type Edit, type Settings, settingsOf } from "./settings.ts";

/** A list, as the page knows it. */
export interface ListFacts {
  readonly source: string;
  readonly count: number;
  /** SHA-256 of its words. */
  readonly hash: string;
  readonly notes: readonly string[];
  /** The settings that fit it. */
  readonly auto: Settings;
  /** The words on one line each; undefined for the embedded list. */
  readonly text: string | undefined;
}

/** A run, as the page knows it. */
export interface RunFacts {
  readonly settings: Settings;
  readonly tokens: readonly string[];
  readonly contextLength: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
  /** The number of words in each part. */
  readonly parts: { train: number; dev: number; test: number };
  readonly alsoInTrain: { dev: number; test: number };
  /** The number of rows of which a loss is the mean, if not of all. */
  readonly judged: number | undefined;
  readonly isOpened: boolean;
  /** How this machine adds up products. */
  readonly arithmetic: string;
}

/** What the worker tells while it trains. */
export interface Frame {
  readonly step: number;
  /** All weights, one parameter after the other. */
  readonly weights: Float32Array;
  /** The letters on the map, x and y of each in turn. */
  readonly plane: Plane;
  /** The losses of the minibatches since the frame before. */
  readonly losses: Float64Array;
  /** The losses of train and dev, if they were computed. */
  readonly train?: number;
  readonly dev?: number;
  readonly ending?: "steps" | "patience";
  readonly edits: readonly Edit[];
}

/** A word that the network wrote. */
export interface Written {
  readonly word: string;
  readonly origin: "train" | "dev" | "test" | "new";
}

/** How words are drawn. */
interface Drawing {
  temperature: number;
  topK: number | undefined;
  prompt: string;
}

/** A letter that may come next. */
export interface NextLetter {
  readonly token: string;
  readonly probability: number;
}

/** The multiply–adds of a loss, at most. */
const JUDGING = 3e8;
/** Losses are computed in at most this share of the time. */
const JUDGING_SHARE = 1 / 12;
/** Before the losses are computed for the first time. */
const NEVER = { at: -Infinity, took: 0, step: -1 };

/** What the page can ask of its worker. */
export type Engine = ReturnType<typeof makeEngine>;

/** What the worker does; `post` takes its frames. */
export function makeEngine(post: (frame: Frame) => void) {
  let list: WordList = { words: [], source: "" };
  let run: Run;
  let judged: { train: Rows; dev: Rows };
  let originOf: ((word: string) => Written["origin"]) | undefined;
  let plane: Plane | undefined;
  let stopping = new AbortController();
  let training: Promise<void> = Promise.resolve();
  let speed = 0;
  let wantsFrame = true;
  let pending: number[] = [];
  let lettersDrawn = 0;
  let wordsDrawn = 0;
  let lastJudged = NEVER;

  const judge = () => {
    const begun = performance.now();
    const [train, dev] = [judged.train, judged.dev].map((rows) =>
      evaluate(run.parameters, rows)
    );
    const at = performance.now();
    lastJudged = { at, took: at - begun, step: run.step };
    return { train, dev };
  };
  const show = (isLast = false) => {
    const since = performance.now() - lastJudged.at;
    const isEarly = run.step > 1.5 * lastJudged.step + 10; // it falls fast
    const isDue = since > Math.max(
      100,
      lastJudged.took * (isEarly ? 1 : 1 / JUDGING_SHARE),
    );
    const losses = lastJudged.step !== run.step && (isLast || isDue)
      ? judge()
      : {};
    if (!wantsFrame && !isLast && !("dev" in losses)) return;
    wantsFrame = false;
    const { parameters, step } = run;
    plane = planeOf(parameters.C, sizesOf(parameters).embeddingSize, plane);
    post({
      step,
      weights: joined(parameters),
      plane: plane.slice(),
      losses: Float64Array.from(pending),
      ...losses,
      ending: run.ending,
      edits: run.edits,
    });
    pending = [];
  };
  const pause = async () => {
    stopping.abort();
    await training.catch(() => {});
  };
  /** Forgets what came of the steps so far. */
  const forget = () => {
    plane = undefined;
    pending = [];
    wordsDrawn = lettersDrawn = 0;
    lastJudged = NEVER;
  };
  const begin = (next: Run): RunFacts => {
    run = next;
    originOf = undefined;
    forget();
    const { vocabulary, splits, settings, rows, isOpened } = run;
    const { contextLength, embeddingSize, hiddenSize } = sizesOf(
      run.parameters,
    );
    const work = hiddenSize * (contextLength * embeddingSize + vocabulary.size);
    judged = { train: few(rows.train, work), dev: few(rows.dev, work) };
    return {
      settings,
      tokens: vocabulary.tokens,
      ...{ contextLength, embeddingSize, hiddenSize },
      parts: {
        train: splits.train.length,
        dev: splits.dev.length,
        test: splits.test.length,
      },
      alsoInTrain: splits.alsoInTrain,
      judged: judged.train === rows.train ? undefined : judged.train.Y.length,
      isOpened,
      arithmetic: arithmetic(),
    };
  };
  /** The first rows, as many as a loss may take; equal contexts count once. */
  const few = (rows: Rows, work: number): Rows => {
    const { contextLength, Y } = rows;
    const contexts = Math.min(Y.length, run.vocabulary.size ** contextLength);
    const most = Math.max(500, Math.floor(JUDGING / work));
    if (contexts <= most) return rows;
    return takeRows(rows, Array.from({ length: most }, (_, row) => row));
  };
  const train = async (until: number, stepsPerProgress?: number) => {
    stopping = new AbortController();
    const { signal } = stopping;
    const onProgress = async ({ losses }: TrainProgress) => {
      for (const loss of losses) pending.push(loss);
      show();
      if (speed > 0) await rest(1000 / speed, signal);
    };
    try {
      await run.advance(until, {
        ...{ signal, onProgress },
        stepsPerProgress: stepsPerProgress ?? (speed > 0 ? 1 : undefined),
      });
    } catch (error) {
      if (error !== signal.reason) throw error;
    } finally {
      show(true);
    }
  };

  return {
    /** Reads a list; without a text it is the embedded one. */
    async read(
      text?: string | Uint8Array,
      source = "your list",
    ): Promise<ListFacts> {
      const isTable = /\.(csv|tsv|json|dic)$/i.test(source);
      const next = text === undefined
        ? embeddedWords()
        : await (isTable ? parseTable : parseWords)(text, source);
      const { words, notes = [] } = next;
      const vocabulary = buildVocabulary(words);
      const splits = splitWords(words, { keepEqualTogether: true });
      const facts = {
        source: next.source,
        count: words.length,
        hash: hashOfWords(words),
        notes,
        auto: settingsOf(autoRecipe(dataOf(splits.train, vocabulary))),
        text: text === undefined ? undefined : words.join("\n"),
      };
      list = next; // the one before stays if this one is refused
      return facts;
    },
    /** Starts a run of the list that was read. */
    async start(
      settings: Settings,
      edits: readonly Edit[] = [],
    ): Promise<RunFacts> {
      await pause();
      return begin(new Run(list.words, settings, edits));
    },
    /** Goes on with a checkpoint of the list that was read. */
    async open(bytes: Uint8Array, source: string): Promise<RunFacts> {
      await pause();
      const { checkpoint, settings, wordsHash } = openRun(bytes, source);
      if (wordsHash !== hashOfWords(list.words)) {
        throw new RangeError(
          `Cannot open ${source}: it learned from another list; open that list first`,
        );
      }
      const next = new Run(list.words, settings);
      next.resume(checkpoint);
      return begin(next);
    },
    /** Tells the page how the run is now. */
    show(): void {
      show(true);
    },
    /** Trains until so many steps are done, the run ends, or it is paused. */
    async train(until = Infinity): Promise<void> {
      await pause();
      await (training = train(until));
    },
    async pause(): Promise<void> {
      await pause();
    },
    /** Takes one step. */
    async step(): Promise<void> {
      await pause();
      await (training = train(run.step + 1, 1));
    },
    /** Goes back to the start. */
    async rewind(): Promise<void> {
      await pause();
      run.rewind();
      forget();
      show(true);
    },
    /** Sets a weight. */
    async edit(index: number, value: number): Promise<void> {
      await pause();
      run.edit(index, Math.fround(value));
      lastJudged = NEVER;
      show(true);
    },
    /** How many steps a second to take; 0 for as many as it can. */
    pace(stepsPerSecond: number): void {
      speed = stepsPerSecond;
    },
    /** The page has shown the last frame. */
    shown(): void {
      wantsFrame = true;
    },
    /** Writes new words. */
    write(count: number, drawing: Drawing): Written[] {
      originOf ??= originsIn(run.splits);
      const seed = run.settings.seed + 10 + run.step + 1e6 * wordsDrawn++;
      const generator = new TorchGenerator(seed % 2 ** 53);
      const words = sample(run.parameters, run.vocabulary, {
        ...drawing,
        ...{ generator, count, maxLength: 30 },
      });
      return words.map((word) => ({ word, origin: originOf!(word) }));
    },
    /** Draws the letter after a beginning; undefined at the end of the word. */
    letter(
      prompt: string,
      drawing: Drawing,
    ): { letters: NextLetter[]; drawn: string | undefined } {
      const { temperature, topK } = drawing;
      const { parameters, vocabulary } = run;
      const [letters] = nextTokens(parameters, vocabulary, [prompt], {
        temperature,
      });
      const seed = run.settings.seed + 20 + lettersDrawn++;
      const generator = new TorchGenerator(seed % 2 ** 53);
      const before = vocabulary.split(prompt).length;
      const [word] = sample(parameters, vocabulary, {
        ...{ generator, count: 1, prompt, temperature, topK },
        maxLength: before + 1,
      });
      const drawn = vocabulary.split(word)[before];
      const kept = letters.slice(0, topK);
      const sum = kept.reduce((sum, { probability }) => sum + probability, 0);
      return {
        letters: kept.map(({ token, probability }) => ({
          token,
          probability: probability / sum,
        })),
        drawn,
      };
    },
    /** SHA-256 of the weights. */
    hash(): string {
      return hashOfWeights(run.parameters);
    },
    /** The run as a checkpoint. */
    save(): Uint8Array {
      return saveRun(run, list.source);
    },
    /** The n-gram that is best on dev, of a list and its split. */
    ngram(
      text: string | undefined,
      keepEqualTogether: boolean,
    ): { order: number; loss: number } | undefined {
      const words = text?.split("\n") ?? embeddedWords().words;
      const vocabulary = buildVocabulary(words);
      const { train, dev } = splitWords(words, { keepEqualTogether });
      const [counted, heldOut] = [train, dev].map((part) =>
        contextWindows(part, vocabulary, ORDERS[1] - 1)
      );
      const best = bestNgram(counted, heldOut, vocabulary);
      return best && { order: best.order, loss: best.loss };
    },
  };
}

/** Waits, unless it is aborted. */
function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}

/** Serves the page from a worker. */
export function serve(): void {
  const end = globalThis as unknown as Parameters<typeof answer>[0];
  answer(end, makeEngine((frame) => tell(end, frame)));
}
