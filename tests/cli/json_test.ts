/** What programs read: `--json`, `result.json`, and nothing else on stdout. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
} from "@std/assert";
import {
  QUICK_AUTO,
  run,
  type TaskName,
  withFolder,
  withWords,
  WORDS,
  WORDS_SEED,
} from "./program.ts";
import config from "../../deno.json" with { type: "json" };

/** What a command prints with `--json`, and nothing on stderr. */
async function json(
  folder: string,
  name: TaskName,
  ...args: string[]
  // deno-lint-ignore no-explicit-any
): Promise<any> {
  const outcome = await run(folder, name, ...args, "--json", "--quiet");
  const { code, stdout, stderr } = outcome;
  assertEquals([code, stderr], [0, ""], `${name} ${args}`);
  return JSON.parse(stdout);
}

Deno.test("train --json and result.json have the losses, the settings and the words", () =>
  withWords(async (folder) => {
    const printed = await run(folder, "train", ...QUICK_AUTO);
    const [losses, groups] = printed.stdout.split("\n\n");
    const { run: path, ...result } = await json(
      folder,
      "train",
      ...[...QUICK_AUTO, "--overwrite"],
    );
    assertEquals(path, "out/run");
    assertEquals(Object.keys(result), [
      ...["model", "input", "unit", "train", "dev", "test", "guessing"],
      ...["beside", "settings", "samples"],
    ]);
    assertEquals(
      ["train", "dev", "test"].map((part) =>
        `${part.padEnd(5)} loss ${result[part].loss.toFixed(4)}, ` +
        `perplexity ${result[part].perplexity.toFixed(2)}`
      ).join("\n"),
      losses.split("\n").slice(0, 3).join("\n"),
    );
    const [network, counts] = result.beside;
    assertEquals(network.name, "network alone");
    assertMatch(counts.name, /^[2-6]-gram$/);
    assertEquals(
      losses.split("\n")[3],
      `On dev: network alone ${network.dev.loss.toFixed(4)}, ${counts.name} ` +
        `${counts.dev.loss.toFixed(4)}, guessing ${Math.log(14).toFixed(4)}`,
    );
    assertEquals(result.guessing, Math.log(14));
    const { model, input, unit, settings, samples } = result;
    assertEquals([model, input, unit], ["mlp", "words.txt", "words"]);
    assertEquals(
      [settings.steps, settings.hiddenSize, settings.words],
      [400, 20, "words.txt"],
    );
    const words = groups.match(/^ {2}.*$/gm)!.map((word) => word.trim());
    const made = samples.map(({ word }: { word: string }) => word);
    assertEquals(made.toSorted(), words.toSorted());
    const kept = await Deno.readTextFile(`${folder}/out/run/result.json`);
    assertEquals(JSON.parse(kept), result);
    const text = await Deno.readTextFile(`${folder}/out/run/config.json`);
    assertEquals(settings, JSON.parse(text));

    const counted = await json(
      folder,
      "train",
      ...["--model", "ngram", "--order", "2", "--input", "words.txt"],
    );
    assertEquals(counted.run, undefined);
    assertEquals(counted.model, "ngram");
    assertEquals(counted.settings, { order: 2, smoothing: "kneser-ney" });

    // the others have the same losses and the same words
    const learned = ["--run", "out/run", "--input", "words.txt"];
    const sampled = await json(folder, "sample", ...learned, ...WORDS_SEED);
    assertEquals(sampled, {
      ...{ model: "out/run", unit: "words", seed: Number(WORDS_SEED[1]) },
      samples,
    });
    const judged = await json(folder, "evaluate", ...learned);
    assertEquals(Object.keys(judged), ["input", "unit", "models"]);
    const [mlp, ngram, mixture] = judged.models;
    assertEquals(
      [mlp.name, ngram.name, mixture.name],
      ["mlp", counts.name, "mixture"],
    );
    // the same mixture, up to rounding
    assertAlmostEquals(ngram.weight, settings.ngramWeight, 5e-7);
    for (const part of ["train", "dev", "test"]) {
      assertAlmostEquals(mixture[part].loss, result[part].loss, 1e-6);
      assertAlmostEquals(mlp[part].loss, network[part].loss, 1e-6);
      assertAlmostEquals(ngram[part].loss, counts[part].loss, 1e-9);
    }
    assert(Math.abs(mlp.weight + ngram.weight - 1) < 1e-9);
    // a round that gains less than 1e-9 ends the search, where rounds may gain
    // ever less: a thousand of them would gain up to 1e-6
    assert(mixture.dev.loss <= Math.min(mlp.dev.loss, ngram.dev.loss) + 1e-6);
  }));

Deno.test("find-lr --json has the curve and what it suggests", () =>
  withWords(async (folder) => {
    const args = ["--input", "words.txt", "--num", "40"];
    const { learningRates, losses, suggested } = await json(
      folder,
      "find-lr",
      ...args,
    );
    const { stdout, stderr } = await run(folder, "find-lr", ...args, "--csv");
    assertEquals([learningRates.length, losses.length], [40, 40]);
    assertEquals(
      learningRates.map((rate: number, i: number) => `${rate},${losses[i]}`),
      stdout.trimEnd().split("\n").slice(1),
    );
    assertMatch(stderr, new RegExp(`${Number(suggested.toPrecision(2))}`));
  }));

Deno.test("--json is JSON, whatever the words and the losses are", () =>
  withFolder(async (folder) => {
    // U+0085 would steer a terminal, and JSON.stringify() leaves it as it is
    const list = Array.from(
      { length: 30 },
      (_, i) => `a\x9b"${"bcde"[i % 4]}\\${i % 3}`,
    );
    await Deno.writeTextFile(`${folder}/odd.txt`, list.join("\n"));
    const input = ["--input", "odd.txt", "--model", "ngram"];
    const { samples } = await json(folder, "sample", ...input, "--top-k", "1");
    assertEquals(samples[0].origin, "train");
    assert(list.includes(samples[0].word), samples[0].word);
    const { stdout } = await run(folder, "sample", ...input, "--json");
    // deno-lint-ignore no-control-regex
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout));
  }));

Deno.test("--quiet leaves warnings and errors on stderr, and results on stdout", () =>
  withWords(async (folder) => {
    const quiet = await run(folder, "train", ...QUICK_AUTO, "-q");
    assertEquals([quiet.code, quiet.stderr], [0, ""]);
    assertMatch(quiet.stdout, /^train loss /);
    const again = await run(folder, "train", ...QUICK_AUTO, "--quiet");
    assertEquals([again.code, again.stdout], [5, ""]);
    assertMatch(
      again.stderr,
      /^makemore: Cannot start a run in out\/run: .*\n$/,
    );
    await Deno.writeTextFile(`${folder}/words.txt`, WORDS + "\nbalda");
    const other = await run(
      folder,
      "evaluate",
      ...["--run", "out/run", "--input", "words.txt", "--model", "mlp"],
      "--quiet",
    );
    assertEquals(
      other.stderr,
      "The mlp is out/run, which was trained on other words\n",
    );
  }));

Deno.test("--version says which version this is", () =>
  withFolder(async (folder) => {
    // the task runs cli.ts train --version
    const { code, stdout } = await run(folder, "train", "--version");
    assertEquals([code, stdout], [0, `makemore ${config.version}\n`]);
  }));
