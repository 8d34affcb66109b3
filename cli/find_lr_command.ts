/** `makemore find-lr`: which learning rate to begin with. */

import {
  findLearningRate,
  type LearningRateLosses,
  suggestLearningRate,
  TorchGenerator,
} from "../core.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { readCorpus } from "./corpus.ts";
import { prepareFigure } from "./figures.ts";
import { windowsOf } from "../lib/data/windows.ts";
import { portionOf } from "../lib/recipes/learn.ts";
import { judging } from "./judging.ts";
import { newNet } from "./models.ts";
import { chosenBy, corpusSettingsBy } from "./recipes.ts";
import { command, type Values } from "./options.ts";
import { CORPUS, GENERAL, INPUT, NET, SETTINGS, take } from "./settings.ts";
import { print, printJson, tell } from "./terminal.ts";

const options = {
  ...INPUT,
  ...CORPUS,
  ...take("splitCopies", "recipe"),
  output: {
    ...SETTINGS.output,
    value: "FILE",
    default: undefined,
    about: "draw the curve into this SVG file",
  },
  batchSize: {
    ...SETTINGS.batchSize,
    or: undefined,
    about: "rows in a minibatch",
  },
  num: {
    ...SETTINGS.num,
    least: 2,
    default: 1000,
    about: "how many rates to try, with one step each",
  },
  ...take("csv"),
  ...NET,
  ...take("seed"),
  ...GENERAL,
} as const;

/** The command. */
export const findLrCommand = command({
  name: "find-lr",
  about:
    "Tries learning rates from 0.001 to 1, with one step each, shows the " +
    "losses as a curve, and suggests a rate.",
  options,
  examples: [
    ["find-lr", "the curve, and where it is lowest"],
    ["find-lr --output out/rates.svg", "also as a figure"],
    ["find-lr --csv > rates.csv", "the rates and losses as a table"],
  ],
  run: runFindLr,
});

async function runFindLr(values: Values<typeof options>): Promise<void> {
  const { num: count, output, csv, json } = values;
  // before minutes of trying
  if (output !== undefined) prepareFigure(output);
  const plot = output === undefined
    ? undefined
    : await import("../lib/plots/learning_rate_finder.ts");
  const corpus = await readCorpus(values, corpusSettingsBy(values));
  const { train } = corpus.splits;
  const vocabulary = corpus.vocabulary();
  const chosen = { ...values, ...chosenBy(values, corpus) };
  const all = windowsOf(train, vocabulary, chosen.contextLength);
  const { rows: windows } = portionOf(all, 0);
  const generator = new TorchGenerator(values.seed);
  const parameters = newNet(vocabulary, chosen, generator);
  const { batchSize, candidates, weightDecay } = chosen;
  const how = {
    ...{ generator, batchSize: Number(batchSize), count, weightDecay },
    candidates: candidates === "all" ? undefined : candidates,
  };
  const measured = findLearningRate(parameters, windows, how);
  const suggested = judging(() => suggestLearningRate(measured));
  if (output !== undefined && plot) {
    const { svg } = plot.learningRateFinder(measured, { marked: suggested });
    writeFileAtomically(output, svg);
  }
  if (json) return printJson({ ...measured, suggested });
  const rate = Number(suggested.toPrecision(2));
  const suggestion = `Suggested: --learning-rate ${rate} (lowest mean loss ` +
    "over a twentieth of the rates)";
  if (!csv) return print([...curveOf(measured), "", suggestion].join("\n"));
  print("learning_rate,loss");
  measured.learningRates.forEach((rate, i) =>
    print(`${rate},${measured.losses[i]}`)
  );
  tell(suggestion);
}

/** How many characters the curve is wide. */
const COLUMNS = 61;

/** Losses as a line of blocks; those that blow up at the end are cut off. */
function curveOf({ learningRates, losses }: LearningRateLosses): string[] {
  const count = losses.length;
  const means = Array.from({ length: COLUMNS }, (_, column) => {
    const start = Math.floor(column * count / COLUMNS);
    const end = Math.floor((column + 1) * count / COLUMNS);
    const part = losses.slice(start, Math.max(end, start + 1));
    return part.reduce((sum, loss) => sum + loss) / part.length;
  });
  const lowest = Math.min(...means);
  const highest = Math.max(...means.slice(0, means.indexOf(lowest) + 1));
  const blocks = means.map((mean) => {
    const height = (mean - lowest) / (highest - lowest) || 0;
    return "▁▂▃▄▅▆▇█"[Math.round(7 * Math.min(1, height))];
  });
  const [first, last] = [learningRates[0], learningRates[count - 1]]
    .map(Math.log10);
  let axis = "";
  for (let tenth = Math.ceil(first - 1e-9); tenth <= last + 1e-9; tenth++) {
    const column = (COLUMNS - 1) * (tenth - first) / (last - first);
    axis = axis.padEnd(Math.round(column)) + 10 ** tenth;
  }
  const range = `between ${lowest.toFixed(2)} (▁) and ${
    highest.toFixed(2)
  } (█)`;
  return [`The loss at each learning rate, ${range}:`, blocks.join(""), axis];
}
