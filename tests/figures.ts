/**
 * One or two examples of every figure, from made-up numbers that look like the
 * real ones. The tests compare each with its SVG in tests/figures/; after an
 * intended change `deno task figures` writes these anew, and somebody looks at
 * them in a light and in a dark browser.
 */

import {
  activationHeatMap,
  activationHistogram,
  bigramTable,
  embeddingMap,
  type Figure,
  learningRateFinder,
  lossCurve,
  nextTokenBars,
  trialScatter,
} from "../lib/plots/mod.ts";
import { TorchGenerator } from "../lib/random/torch_generator.ts";
import { randomSettings, settingsGrid } from "../lib/recipes/sweep.ts";
import {
  contextCounts,
  contextRows,
} from "../notebooks/figures/context_counts.ts";
import { lossByOrder } from "../notebooks/figures/loss_by_order.ts";
import { outputShare } from "../notebooks/figures/output_share.ts";
import { paperTable } from "../notebooks/figures/paper_table.ts";
import { probabilityRanges } from "../notebooks/figures/probability_ranges.ts";
import { weightTables } from "../notebooks/figures/weight_tables.ts";
import { wordMap } from "../notebooks/figures/word_map.ts";
import { writtenWord } from "../notebooks/figures/written_word.ts";

/** Where the SVG of an example lies. */
export function figureFile(name: string): URL {
  return new URL(`./figures/${name}.svg`, import.meta.url);
}

/** Every example by its name. */
export function exampleFigures(): Record<string, Figure> {
  return {
    activation_heat_map: activationHeatMap(
      hidden(8, 100),
      { rowLabels: ["...", "..e", ".em", "emm", "mma", "..o", ".ol", "oli"] },
    ),
    activation_heat_map_rows: activationHeatMap(hidden(32, 100)),
    activation_histogram: activationHistogram(hidden(32, 100).flat()),
    bigram_table: bigramTable(
      pairCounts,
      [...".abcdefghijklmnopqrstuvwxyz"],
    ),
    context_counts: contextCounts([
      { label: "27²", possible: 27 ** 2, seen: 627 },
      { label: "27³", possible: 27 ** 3, seen: 5_686 },
      { label: "27⁴", possible: 27 ** 4, seen: 25_000 },
      { label: "27⁵", possible: 27 ** 5, seen: 66_000 },
    ], 228_146),
    context_rows: contextRows([
      { contextLength: 1, possible: 27, seen: 27, once: 0 },
      { contextLength: 2, possible: 729, seen: 600, once: 40 },
      { contextLength: 3, possible: 19_683, seen: 5_700, once: 1_100 },
      { contextLength: 4, possible: 531_441, seen: 22_000, once: 8_600 },
      { contextLength: 5, possible: 14_348_907, seen: 41_000, once: 22_000 },
    ]),
    embedding_map: embeddingMap(embeddings, [...".abcdefghijklmnopqrstuvwxyz"]),
    learning_rate_finder: learningRateFinder(finder(), { marked: 0.1 }),
    learning_rate_finder_exponent: learningRateFinder(finder(), {
      xAxis: "exponent",
    }),
    loss_by_order: lossByOrder([
      { name: "train", losses: [2.82, 2.45, 2.19, 1.92, 1.75, 1.74] },
      { name: "dev", losses: [2.82, 2.45, 2.22, 2.1, 2.15, 2.32] },
    ]),
    loss_by_order_reference: lossByOrder([
      { name: "add 1", losses: [2.82, 2.45, 2.24, 2.2, 2.36, 2.53] },
      { name: "add 0.1", losses: [2.82, 2.45, 2.22, 2.1, 2.15, 2.32] },
      { name: "Kneser–Ney", losses: [2.82, 2.45, 2.22, 2.06, 1.98, 1.97] },
    ], { reference: { name: "network", loss: 2.165 } }),
    loss_curve: lossCurve(decline(100, 0), {
      title: "A hundred steps on five names",
    }),
    loss_curve_buckets: lossCurve(decline(20_000, 0.3), {
      logScale: true,
      title: "Loss of each minibatch",
    }),
    loss_curve_series: lossCurve([
      { name: "train", losses: [3.29, 2.61, 2.4, 2.28, 2.2, 2.13, 2.08] },
      { name: "dev", losses: [3.29, 2.62, 2.43, 2.33, 2.28, 2.25, 2.24] },
      { name: "test", losses: [3.29, 2.62, 2.44, 2.36, 2.3, 2.27, 2.25] },
    ]),
    loss_curve_smoothed: lossCurve(decline(400, 0.4), { smoothing: 25 }),
    next_token_bars: nextTokenBars(
      probabilities,
      [...".abcdefghijklmnopqrstuvwxyz"],
      { context: ".em", target: "m" },
    ),
    next_token_bars_models: nextTokenBars(
      [
        {
          name: "network",
          probabilities: [0.21, 0.14, 0.12, 0.05, 0.004, 0.476],
        },
        {
          name: "trigram",
          probabilities: [0.0001, 0.05, 0.047, 0.05, 0.03, 0.8229],
        },
      ],
      ["room", "cellar", "hall", "strange", "field", "."],
      { context: "A dog was running in a", target: "room", count: 5 },
    ),
    output_share: outputShare(
      [10, 27, 100, 1000, 17_964, 50_000].map((vocabularySize) => ({
        vocabularySize,
        share: vocabularySize / (vocabularySize + 54),
      })),
      [27, 17_964],
    ),
    paper_table: paperTable([
      { name: "MLP1", paper: 268, ours: 262.3 },
      { name: "MLP10, mixed", paper: 252, ours: 244.5 },
      { name: "interpolated trigram", paper: 336, ours: 352.2 },
    ]),
    probability_ranges: probabilityRanges([
      { name: "the grammar itself", probabilities: [0.12, 0.14, 0.17] },
      { name: "network", probabilities: [0.07, 0.11, 0.17] },
      { name: "trigram", probabilities: [0.00005, 0.0003, 0.004] },
    ], "network"),
    trial_scatter: trialScatter(
      settingsGrid({
        "embedding size": [10, 16, 24],
        "hidden size": [200, 300],
      })
        .map((settings) => ({ settings, loss: trialLoss(settings) })),
    ),
    trial_scatter_random: trialScatter(
      randomSettings({
        "hidden size": { from: 50, to: 500, whole: true },
        "learning rate": { from: 0.02, to: 1, log: true },
        "context length": [3, 4, 6, 8],
        "direct connections": [false, true],
      }, { generator: new TorchGenerator(1), count: 100 })
        .map((settings) => ({ settings, loss: trialLoss(settings) })),
    ),
    weight_tables: weightTables(
      [
        { name: "counted", values: logarithms },
        { name: "learnt", values: logarithms.map((row) => row.map(Math.tanh)) },
      ],
      [...".abcdefghijklmnopqrstuvwxyz"],
    ),
    word_map: wordMap(
      noise(24).map((x, i) => ({
        word: `word${i}`,
        kind: `kind ${i % 5}`,
        place: [Math.cos(i % 5) * 3 + x, Math.sin(i % 5) * 2 - x / 2],
      })),
    ),
    written_word: writtenWord([
      { context: "...", drawn: "b", probabilities: [0.01, 0.49, 0.3, 0.2] },
      { context: "..b", drawn: "a", probabilities: [0.2, 0.7, 0.096, 0.004] },
      { context: ".ba", drawn: ".", probabilities: [0.4, 0.05, 0.25, 0.3] },
    ], [...".abc"]),
  };
}

/** Numbers from -1 to 1 that look random and are the same everywhere. */
function noise(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = Math.imul(state, 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  });
}

function hidden(rows: number, units: number): number[][] {
  const values = noise(rows * units);
  return Array.from(
    { length: rows },
    (_, row) =>
      Array.from(
        { length: units },
        (_, unit) =>
          Math.tanh(
            (3 + unit % 5) * (values[unit] + 0.6 * values[row * units + unit]),
          ),
      ),
  );
}

function decline(steps: number, spread: number): number[] {
  const random = noise(steps);
  return Array.from(
    { length: steps },
    (_, step) => 2.1 + 1.9 / (1 + 12 * step / steps) + spread * random[step],
  );
}

/** A loss that some settings lower, and that is far worse for every twentieth. */
function trialLoss(settings: Record<string, unknown>): number {
  const {
    "hidden size": size,
    "learning rate": rate = 0.2,
    "context length": T,
  } = settings as Record<string, number | undefined>;
  const [random] = noise(200).slice(size! % 200);
  return 2 + 5 / size! + 0.4 * Math.abs(rate - 0.2) + 0.1 / (T ?? 10) +
    0.02 * random + (size! % 20 === 7 ? 1 : 0);
}

function finder(): { learningRates: number[]; losses: number[] } {
  const random = noise(1000);
  const learningRates = Array.from(
    { length: 1000 },
    (_, step) => 10 ** (-3 + 3 * step / 999),
  );
  const losses = learningRates.map((rate, step) =>
    2.4 + 2.2 / (1 + 60 * rate) + 6 * Math.max(0, rate - 0.12) ** 1.5 +
    0.4 * (1 + 4 * rate) * random[step]
  );
  return { learningRates, losses };
}

const vowels = [1, 5, 9, 15, 21];
const embeddings = Array.from({ length: 27 }, (_, id) => {
  const [x, y] = noise(2 * 27).slice(2 * id);
  if (id === 0) return [2.1, -1.2];
  return vowels.includes(id)
    ? [-1.3 + 0.35 * x, 0.8 + 0.4 * y]
    : [0.5 + 1.1 * x, -0.1 + 1.2 * y];
});

const probabilities = (() => {
  const weights = noise(27).map((value, id) =>
    Math.exp(2 * value + (vowels.includes(id) ? 2 : 0) + (id === 13 ? 2.5 : 0))
  );
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / sum);
})();

const pairCounts = (() => {
  const random = noise(27 * 27);
  return Array.from(
    { length: 27 },
    (_, first) =>
      Array.from({ length: 27 }, (_, next) =>
        Math.floor(
          Math.exp(9 * random[27 * first + next]) *
            (vowels.includes(first) === vowels.includes(next) ? 0.1 : 1),
        )),
  );
})();
const logarithms = pairCounts.map((row) =>
  row.map((count) => Math.log(count + 1) - 3)
);

if (import.meta.main) {
  await Deno.mkdir(new URL("./figures/", import.meta.url), { recursive: true });
  for (const [name, figure] of Object.entries(exampleFigures())) {
    await Deno.writeTextFile(figureFile(name), figure.svg);
  }
}
