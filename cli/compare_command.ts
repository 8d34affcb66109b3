/** `makemore compare`: which of many runs is best. */

import { counted } from "../lib/errors/counted.ts";
import { MakemoreError, UsageError } from "../lib/errors/errors.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { prepareFigure } from "./figures.ts";
import { judging } from "./judging.ts";
import { command, flagOf, type Values } from "./options.ts";
import { formatLoss } from "./results.ts";
import { RUN_FILES } from "./run_folder.ts";
import { SETTINGS, take } from "./settings.ts";
import { print, printJson, tell, warn } from "./terminal.ts";
import { readTrial, type Trial } from "./trials.ts";

const options = {
  output: {
    ...SETTINGS.output,
    value: "FILE",
    default: undefined,
    about: "draw dev against each setting into this SVG file",
  },
  ...take("test", "times"),
  csv: { ...SETTINGS.csv, about: "print the table as CSV, with all digits" },
  ...take("json", "quiet", "verbose", "help"),
} as const;

/** The command. */
export const compareCommand = command({
  name: "compare",
  about: "Shows the losses of runs, finished or not, with the settings in " +
    "which they differ, the best on dev first. Give runs, or a folder of runs.",
  operands: "RUN…",
  options,
  examples: [
    ["compare out/sweep", "all runs in this folder"],
    ["compare out/run out/sweep --test", "one more, and the losses on test"],
    [
      "compare out/sweep --output out/sweep.svg",
      "also as a figure, which shows the settings that matter",
    ],
  ],
  run: (values, _, operands) => runCompare(values, operands),
});

async function runCompare(
  values: Values<typeof options>,
  operands: readonly string[],
): Promise<void> {
  const { output, test, times, csv, json } = values;
  if (output !== undefined) prepareFigure(output); // before the table
  const { trials, leftOut } = readTrials(operands);
  const [first] = trials;
  const differing = Object.keys(first.settings).filter((name) =>
    trials.some(({ settings }) => settings[name] !== first.settings[name])
  );
  const rows = trials.map((trial) => {
    const { run, finished, step, dev, test, seconds, settings } = trial;
    return {
      ...{ dev: dev.offered, network: dev.network },
      ...values.test && { test: test.offered, networkTest: test.network },
      step,
      ...times && { seconds },
      settings: Object.fromEntries(
        differing.map((name) => [name, settings[name]]),
      ),
      ...{ finished, run },
    };
  });
  if (json) printJson({ runs: rows, leftOut });
  else if (csv) printCsv(rows);
  else printTable(rows, trials);
  if (trials.some(({ corpus }) => corpus !== first.corpus)) {
    warn(
      "The runs do not have the same dev, because their words or their splits " +
        "differ: do not compare their losses",
    );
  }
  const rest = trials.filter(({ finished }) => !finished).length;
  if (rest > 0) {
    tell(
      `Unfinished: ${rest} of ${counted(trials.length, "runs")}; the loss of ` +
        "their network is from their last look at dev",
    );
  }
  if (!test) tell("Choose by dev; --test shows what the choice is worth");
  if (output !== undefined) await draw(output, trials, differing);
}

/** A run as it is printed: without what is not known, null if not finite. */
interface Row extends Readonly<Record<string, unknown>> {
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Reads runs, the best on dev first, and warns about those that cannot be read. */
function readTrials(operands: readonly string[]) {
  if (operands.length === 0) {
    throw new UsageError(
      "Cannot compare: give run folders, or a folder of them",
    );
  }
  const paths = [...new Set(operands.flatMap(runsIn))];
  const last = paths.map((path) => path.replace(/.*[/\\](?=[^/\\])/, ""));
  // the same wherever they are, unless that is what tells them apart
  const names = new Set(last).size < paths.length ? paths : last;
  const trials: Trial[] = [];
  const errors: { run: string; error: MakemoreError }[] = [];
  for (const [i, path] of paths.entries()) {
    try {
      trials.push(readTrial(path, names[i]));
    } catch (error) {
      if (!(error instanceof MakemoreError)) throw error;
      errors.push({ run: names[i], error });
    }
  }
  if (trials.length === 0) throw errors[0].error;
  const leftOut = errors.map(({ run, error: { message } }) => {
    warn(`Left out ${run}: ${message}`);
    return { run, reason: message };
  });
  const key = ({ finished, dev }: Trial) =>
    finished ? [0, dev.offered ?? Infinity] : [1, dev.network ?? Infinity];
  trials.sort((a, b) => {
    const [[endA, lossA], [endB, lossB]] = [key(a), key(b)];
    if (endA !== endB) return endA - endB;
    if (lossA !== lossB) return lossA < lossB ? -1 : 1;
    return a.run < b.run ? -1 : 1;
  });
  return { trials, leftOut };
}

/**
 * The folders of runs in a folder that is not one itself.
 *
 * @throws {UsageError} if it is a file
 */
function runsIn(path: string): string[] {
  const folder = path.replace(/(?<=.)[/\\]+$/, "");
  try {
    const entries = [...Deno.readDirSync(folder)];
    if (entries.some(({ name }) => name === RUN_FILES.checkpoint)) {
      return [folder];
    }
    const inside = entries
      .filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
    if (inside.length > 0) {
      return inside.sort().map((name) => `${folder}/${name}`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(
        `Cannot compare ${path}: it is a file; give the folder of its run`,
      );
    } // else reading it says what is wrong
  }
  return [folder];
}

/** The names and the values of a row, in one list. */
function cellsOf({ settings, ...row }: Row): [name: string, value: unknown][] {
  return Object.entries(row).flatMap(([name, value]) =>
    // the settings come before what is long
    name === "finished"
      ? [...Object.entries(settings), [name, value]]
      : [[name, value]]
  );
}

function printCsv(rows: readonly Row[]): void {
  const cell = (value: unknown) => {
    const text = String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const header = cellsOf(rows[0]).map(([name]) =>
    flagOf(name).replaceAll("-", "_")
  );
  print(header.join(","));
  for (const row of rows) {
    print(cellsOf(row).map(([, value]) => cell(value)).join(","));
  }
}

/** Prints the table for people: losses with four decimals. */
function printTable(rows: readonly Row[], trials: readonly Trial[]): void {
  const header = cellsOf(rows[0]).map(([name]) => flagOf(name));
  const lines = rows.map((row, i) =>
    cellsOf(row).map(([name, value]) => {
      if (value === undefined) return "–";
      if (/^(dev|network|test|networkTest)$/.test(name)) {
        return formatLoss(value as number ?? NaN);
      }
      if (name === "seconds") return (value as number).toFixed(1);
      const { finished, steps } = trials[i];
      return name === "step" && !finished ? `${value} of ${steps}` : `${value}`;
    })
  );
  const shown = header.map((name, i) => ({ name, i }))
    .filter(({ name }) => name !== "finished");
  const widths = header.map((name, i) =>
    Math.max(
      ...[name, ...lines.map((line) => line[i])].map(({ length }) => length),
    )
  );
  for (const line of [header, ...lines]) {
    print(
      shown.map(({ name, i }) =>
        name === "run" ? line[i] : line[i].padStart(widths[i])
      ).join("  "),
    );
  }
}

/** Draws the losses of the runs that have one, against the settings. */
async function draw(
  output: string,
  trials: readonly Trial[],
  differing: readonly string[],
): Promise<void> {
  const { trialScatter } = await import("../lib/plots/trial_scatter.ts");
  const points = trials.map(({ settings, dev }) => ({
    settings: Object.fromEntries(
      differing.map((
        name,
      ) => [flagOf(name).replaceAll("-", " "), settings[name]]),
    ) as Record<string, string | number | boolean>,
    loss: dev.offered ?? dev.network ?? NaN,
  })).filter(({ loss }) => Number.isFinite(loss));
  if (points.length < 2 || differing.length === 0) {
    return tell("There is no figure: it takes two runs that differ");
  }
  const { svg } = judging(() => trialScatter(points));
  writeFileAtomically(output, svg);
}
