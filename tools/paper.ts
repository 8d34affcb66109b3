/**
 * `deno task paper`: Table 1 of Bengio et al. 2003, "A Neural Probabilistic
 * Language Model", on the Brown corpus that `deno task data brown` fetches. It
 * prints train, validation and test perplexity of each row beside the paper's.
 *
 * A row that is done stays in its folder, out/paper/MLP1 for example: the
 * network in model.safetensors, its figures in row.json. The task goes on after
 * the last one that was done. With `--write` it keeps what notebook 5 shows of
 * them in data/paper.json.
 */

import { parseArgs } from "@std/cli/parse-args";
import { writeFileAtomically } from "../cli/atomic_file.ts";
import { quote } from "../lib/errors/quote.ts";
import { meanLoss } from "../lib/language_models/evaluate.ts";
import {
  countNgrams,
  fitMixtureWeights,
  interpolate,
  kneserNey,
  type LanguageModel,
  loadModel,
  mixProbabilities,
  type ModelSizes,
  nearestTokens,
  perplexity,
  rowProbabilities,
  saveModel,
  setThreads,
} from "../core.ts";
import { SOURCES } from "./fetch_data.ts";
import { brownWords, paperText, rowsOfPart, type Text } from "./paper/brown.ts";
import { type Settings, spread, trainNetwork } from "./paper/network.ts";

/** Perplexities on train, validation and test; null where there is none. */
export type Perplexities = readonly [
  train: number | null,
  validation: number | null,
  test: number | null,
];

/** A network of the paper's table: its row, and the row of its mixture. */
interface Network {
  readonly rows: readonly [alone: string, mixed: string];
  /** The order: the network sees n − 1 words. */
  readonly n: number;
  readonly h: number;
  readonly m: number;
  readonly direct: boolean;
  readonly paper: readonly [alone: Perplexities, mixed: Perplexities];
}

const NETWORKS: readonly Network[] = [
  {
    rows: ["MLP1", "MLP2"],
    ...{ n: 5, h: 50, m: 60, direct: true },
    paper: [[182, 284, 268], [null, 275, 257]],
  },
  {
    rows: ["MLP3", "MLP4"],
    ...{ n: 5, h: 0, m: 60, direct: true },
    paper: [[201, 327, 310], [null, 286, 272]],
  },
  {
    rows: ["MLP5", "MLP6"],
    ...{ n: 5, h: 50, m: 30, direct: true },
    paper: [[209, 296, 279], [null, 273, 259]],
  },
  {
    rows: ["MLP7", "MLP8"],
    ...{ n: 3, h: 50, m: 30, direct: true },
    paper: [[210, 309, 293], [null, 284, 270]],
  },
  {
    rows: ["MLP9", "MLP10"],
    ...{ n: 5, h: 100, m: 30, direct: false },
    paper: [[175, 280, 276], [null, 265, 252]],
  },
];

const NGRAMS = [
  { row: "interpolated trigram", n: 3, paper: [31, 352, 336] },
  { row: "Kneser-Ney 3", n: 3, paper: [null, 334, 323] },
  { row: "Kneser-Ney 4", n: 4, paper: [null, 332, 321] },
  { row: "Kneser-Ney 5", n: 5, paper: [null, 332, 321] },
] as const satisfies { row: string; n: number; paper: Perplexities }[];

/** The rows of the table, by their names. */
export const ROWS: readonly string[] = [
  ...NETWORKS.flatMap(({ rows }) => rows),
  ...NGRAMS.map(({ row }) => row),
];

/** How the networks learn; chosen on validation alone. */
export const SETTINGS: Settings = {
  epochs: 5,
  batchSize: 64,
  candidates: 180,
  rates: [2, 0.02],
  weightDecay: 3e-5,
  seed: 1,
};

/**
 * How many words of train are predicted; for all of them the full softmax would
 * take as long as several epochs.
 */
const TRAIN_SAMPLE = 100_000;

/** A row of the table that is done. */
export interface Row {
  readonly name: string;
  readonly perplexities: Perplexities;
  readonly paper: Perplexities;
  /** The weight of the network in a mixture, fitted on validation. */
  readonly weight?: number;
  /** A mixture's perplexities with the paper's weight, 0.5. */
  readonly half?: Perplexities;
  /** Words that training took in per second, and the whole time in seconds. */
  readonly wordsPerSecond?: number;
  readonly seconds?: number;
  /** The epoch after which validation was best. */
  readonly epoch?: number;
}

/** Where rows are kept, so that they are not computed again. */
export interface Folder {
  /** Reads a file, if it is there. */
  read(path: string): Uint8Array | undefined;
  /** Writes a file, in one piece. */
  write(path: string, content: Uint8Array | string): void;
}

/** Options of {@linkcode paperTable}. */
export interface TableOptions {
  /** How the networks learn. */
  readonly settings: Settings;
  /** Rows of the table to make, and those that come with them. Default: all. */
  readonly rows?: readonly string[];
  /**
   * How many words of each part are predicted, spread evenly. Default: all of
   * validation and test, 100,000 of train.
   */
  readonly sample?: number;
  /** Where rows are kept. */
  readonly folder: Folder;
  /** Is told what is being done, and which part of all is done. */
  readonly onProgress?: (what: string, done: number) => void;
}

/**
 * Makes the table, row by row. Those that its folder holds are not made again,
 * unless they were made with other settings.
 *
 * @param text the text
 * @param options what to make, how, and where to keep it
 */
export function* paperTable(text: Text, options: TableOptions): Generator<Row> {
  const { settings, rows = ROWS, folder, onProgress = () => {} } = options;
  const { sample = Infinity } = options;
  const V = text.vocabulary.size;
  const wanted = NETWORKS.filter((network) =>
    network.rows.some((row) => rows.includes(row))
  );
  const ngrams = NGRAMS.filter(({ row }) => rows.includes(row));
  /** The rows of each part that are predicted, by contexts of n − 1 words. */
  const partsOf = (n: number) =>
    [0, 1, 2].map((part) => {
      const most = part === 0 ? Math.min(sample, TRAIN_SAMPLE) : sample;
      return spread(rowsOfPart(text, part, n - 1), most);
    });

  /** What a folder holds in a JSON file, if it was made with these settings. */
  const readJson = (path: string, made: object) => {
    const bytes = folder.read(path);
    if (!bytes) return undefined;
    const { settings, ...content } = JSON.parse(
      new TextDecoder().decode(bytes),
    );
    const isSame = JSON.stringify(settings) === JSON.stringify(made);
    return isSame ? content : undefined;
  };
  const writeJson = (path: string, settings: object, content: object) => {
    const json = JSON.stringify({ settings, ...content }, null, 2);
    folder.write(path, json + "\n");
  };
  const trained = { ...settings, V, words: text.ids.length };
  const made = { ...trained, sample: `${sample}` };
  const kept = (name: string): Row[] | undefined =>
    readJson(`${name}/row.json`, made)?.rows;
  const keep = (name: string, rows: Row[]): Row[] => {
    writeJson(`${name}/row.json`, made, { rows });
    return rows;
  };

  // How long everything takes, in products of a row with an output's column.
  const predicted = partsOf(5).reduce((sum, { Y }) => sum + Y.length, 0);
  const { epochs, candidates, batchSize } = settings;
  const learning = text.ends[0] * epochs * 3 * (candidates + batchSize + 100);
  const costOf = ({ n, h, m, direct }: Network) =>
    (h + (direct ? (n - 1) * m : 0)) * (learning + predicted * V);
  const pending = wanted.filter(({ rows }) => !kept(rows[0]));
  const total = pending.reduce((sum, network) => sum + costOf(network), 0);
  let done = 0;

  let trigram: Float64Array[] | undefined;
  const trigramProbabilities = (): Float64Array[] => {
    if (trigram) return trigram;
    onProgress("interpolated trigram", total === 0 ? 1 : done / total);
    const model = interpolate(
      countNgrams(rowsOfPart(text, 0, 2), text.vocabulary, 3),
      rowsOfPart(text, 1, 2),
    );
    return trigram = partsOf(3).map((part) => rowProbabilities(model, part));
  };

  for (const network of wanted) {
    const [name, mixed] = network.rows;
    const made = kept(name);
    if (made) {
      yield* made;
      continue;
    }
    const { n, h, m, direct } = network;
    const sizes: ModelSizes = {
      vocabularySize: V,
      contextLength: n - 1,
      embeddingSize: m,
      hiddenSize: h,
      directConnections: direct,
    };
    const cost = costOf(network);
    const share = learning / (learning + predicted * V);
    // A network that was stopped while it predicted is not trained again.
    const before = readJson(`${name}/training.json`, trained);
    const training = before ?? trainNetwork(text, sizes, settings, (words) => {
      const part = words / (epochs * text.ends[0]);
      onProgress(name, (done + part * share * cost) / total);
    });
    if (!before) {
      const { parameters, ...rest } = training;
      const bytes = saveModel(parameters, text.vocabulary);
      folder.write(`${name}/model.safetensors`, bytes);
      writeJson(`${name}/training.json`, trained, rest);
    }
    const { best, words, seconds } = training;
    const { parameters } = loadModel(folder.read(`${name}/model.safetensors`)!);
    const start = performance.now();
    onProgress(`${name} predicts`, (done + share * cost) / total);
    const own = partsOf(n).map((part) => rowProbabilities(parameters, part));
    done += cost;
    const other = trigramProbabilities();
    const pairs = own.map((
      probabilities,
      part,
    ) => [probabilities, other[part]]);
    const weights = fitMixtureWeights(pairs[1]);
    const mixture = (weights: ArrayLike<number>): Perplexities =>
      perplexities(pairs.map((pair) => mixProbabilities(pair, weights)));
    const rows = [
      {
        name,
        perplexities: perplexities(own),
        paper: network.paper[0],
        wordsPerSecond: words / seconds,
        seconds: seconds + (performance.now() - start) / 1000,
        epoch: best.epoch,
      },
      {
        name: mixed,
        perplexities: mixture(weights),
        paper: network.paper[1],
        weight: weights[0],
        half: mixture([0.5, 0.5]),
      },
    ];
    yield* keep(name, rows);
  }

  for (const { row, n, paper } of ngrams) {
    const before = kept(row);
    if (before) {
      yield* before;
      continue;
    }
    const start = performance.now();
    const probabilities = (model: LanguageModel) =>
      partsOf(n).map((part) => rowProbabilities(model, part));
    const counted = () =>
      countNgrams(rowsOfPart(text, 0, n - 1), text.vocabulary, n);
    onProgress(row, total === 0 ? 1 : done / total);
    const found = row === "interpolated trigram"
      ? trigramProbabilities()
      : probabilities(kneserNey(counted()));
    yield* keep(row, [{
      name: row,
      perplexities: perplexities(found),
      paper,
      seconds: (performance.now() - start) / 1000,
    }]);
  }
}

function perplexities(parts: readonly Float64Array[]): Perplexities {
  const [train, validation, test] = parts.map((part) =>
    perplexity(meanLoss(part))
  );
  return [train, validation, test];
}

/** The words whose neighbours notebook 5 shows. */
const SHOWN =
  "week Monday France he three said blue house school war because " +
  "the good man water John would went 1960 government";
/** Neighbours are sought among so many words, the most frequent ones. */
const FREQUENT = 2000;

/** What notebook 5 shows: the table, and neighbours by the first network. */
export interface PaperFigures {
  readonly rows: readonly Row[];
  /** The five nearest of the 2,000 most frequent words, for each of twenty. */
  readonly neighbours: Readonly<Record<string, readonly string[]>>;
}

/** What is kept of a table whose rows, all of them, are in a folder. */
function figuresOf(rows: readonly Row[], folder: Folder): PaperFigures {
  const model = folder.read(`${NETWORKS[0].rows[0]}/model.safetensors`)!;
  const { parameters, vocabulary } = loadModel(model);
  const count = vocabulary.size;
  const neighbours = SHOWN.split(" ").map((word) => [
    word,
    nearestTokens(parameters, vocabulary, word, { count })
      .filter(({ id }) => id < FREQUENT)
      .slice(0, 5)
      .map(({ token }) => token),
  ]);
  return { rows, neighbours: Object.fromEntries(neighbours) };
}

const HEAD =
  "| | n | h | m | direct | mix | train | valid | test | the paper: " +
  "train | valid | test | weight | at 0.5 | words/s | time |\n" +
  "|---".repeat(16) + "|";

/** A row of the table, in Markdown. */
export function formatRow(row: Row): string {
  const { name, paper, weight, half, wordsPerSecond, seconds } = row;
  const network = NETWORKS.find(({ rows }) => rows.includes(name));
  const { n, h = "", m = "" } = {
    ...network,
    ...NGRAMS.find((ngram) => ngram.row === name),
  };
  const yes = (is: boolean) => network ? (is ? "yes" : "no") : "";
  const number = (x: number | null) => x === null ? "" : x.toFixed(1);
  const cells = [
    name,
    n,
    h,
    m,
    yes(!!network?.direct),
    yes(weight !== undefined),
    ...row.perplexities.map(number),
    ...paper.map((x) => x ?? ""),
    weight?.toFixed(2) ?? "",
    half ? number(half[2]) : "",
    wordsPerSecond?.toFixed(0) ?? "",
    seconds === undefined ? "" : timeOf(seconds),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Minutes and seconds. */
function timeOf(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Says what is being done every ten seconds, with the time left. */
function progress(): (what: string, done: number) => void {
  const start = performance.now();
  let told = { what: "", at: start };
  let first: number | undefined;
  return (what, done) => {
    const now = performance.now();
    first ??= done;
    if (what === told.what && now - told.at < 10_000) return;
    told = { what, at: now };
    const share = done - first;
    const left = (now - start) / 1000 * (1 - done) / share;
    const time = Number.isFinite(left) ? `, ${timeOf(left)} left` : "";
    console.error(
      `${what}: ${(100 * done).toFixed(1)} % of all networks${time}`,
    );
  };
}

/** A folder on the disk. */
function folderAt(root: string): Folder {
  return {
    read(path) {
      try {
        return Deno.readFileSync(`${root}/${path}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
    write(path, content) {
      const file = `${root}/${path}`;
      Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      writeFileAtomically(file, content);
    },
  };
}

const HELP = `Table 1 of Bengio et al. 2003 on the Brown corpus.

Usage: deno task paper [rows, such as MLP1 "Kneser-Ney 3"; default: all]

Options:
  --output FOLDER  where finished rows are kept (default: out/paper)
  --epochs N       how often a network sees train (default: ${SETTINGS.epochs})
  --share X        which share of the text to take (default: 1)
  --sample N       predict N words of each part (default: all of validation and
                   test, 100,000 of train)
  --threads N      how many threads (default: all that pay)
  --write          keep the table in data/paper.json, for notebook 5`;

/** The bytes of the corpus. */
function readZip(): Uint8Array {
  const { path } = SOURCES.brown;
  try {
    return Deno.readFileSync(new URL(`../${path}`, import.meta.url));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `Cannot read ${path}: fetch it with deno task data brown`,
    );
  }
}

if (import.meta.main) {
  try {
    const values = parseArgs(Deno.args, {
      string: ["output", "epochs", "share", "sample", "threads"],
      boolean: ["help", "write"],
    });
    if (values.help) {
      console.log(HELP);
      Deno.exit();
    }
    const rows = values._.map(String);
    const unknown = rows.find((row) => !ROWS.includes(row));
    if (unknown !== undefined) {
      throw new Error(
        `Cannot make the row ${quote(unknown)}: the rows are ${
          ROWS.join(", ")
        }`,
      );
    }
    const number = (name: string) =>
      values[name] === undefined ? undefined : Number(values[name]);
    setThreads(number("threads"));
    const text = paperText(brownWords(readZip()), number("share"));
    const folder = folderAt(String(values.output ?? "out/paper"));
    const table = paperTable(text, {
      settings: {
        ...SETTINGS,
        epochs: number("epochs") ?? SETTINGS.epochs,
      },
      rows: rows.length > 0 ? rows : ROWS,
      sample: number("sample"),
      folder,
      onProgress: progress(),
    });
    console.log(HEAD);
    const made: Row[] = [];
    for (const row of table) {
      console.log(formatRow(row));
      made.push(row);
    }
    if (values.write) {
      if (made.length < ROWS.length) {
        throw new Error("Cannot keep a part of the table: leave the rows out");
      }
      const json = JSON.stringify(figuresOf(made, folder), null, 1) + "\n";
      writeFileAtomically("data/paper.json", json);
    }
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
