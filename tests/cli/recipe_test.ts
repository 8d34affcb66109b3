/** `train` by a recipe: what it offers in the end, and who uses it. */

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { readCheckpoint } from "../../cli/run_folder.ts";
import {
  autoRecipe,
  buildVocabulary,
  buildWordVocabulary,
  contextWindows,
  countNgrams,
  createParameters,
  evaluate,
  findLearningRate,
  kneserNey,
  mixModels,
  mlpModel,
  type Model,
  sample,
  scoreWords,
  splitByPosition,
  splitWords,
  stepDecay,
  tokenize,
  TorchGenerator,
  train,
} from "../../core.ts";
import { dataOf } from "../../lib/recipes/learn.ts";
import { decodeSafetensors } from "../../lib/saving/safetensors.ts";
import { filesIn } from "../files.ts";
import {
  hashOf,
  Program,
  QUICK,
  QUICK_AUTO,
  refusalOf,
  run,
  taskArguments,
  withFolder,
  withWords,
} from "./program.ts";

/** Two hundred words of one to three syllables, some of them more than once. */
const LIST = Array.from({ length: 200 }, (_, i) => {
  const draws = new TorchGenerator(i).randint(0, 1000, 10);
  const syllable = (at: number) =>
    ["b", "d", "k", "st", "tr", ""][draws[at] % 6] +
    "aeiou"[draws[at + 1] % 5] + ["n", "l", "", "rs"][draws[at + 2] % 4];
  return [0, 3, 6].slice(draws[9] % 3).map(syllable).join("");
});
const VOCABULARY = buildVocabulary(LIST);
const PARTS = splitWords(LIST, { keepEqualTogether: true });
const rowsOf = (part: readonly string[], T: number) =>
  contextWindows(part, VOCABULARY, T);

/** A folder with that list in list.txt, and a run on it in out/run. */
function withRun(
  use: (folder: string, stderr: string) => Promise<void>,
  ...args: string[]
): Promise<void> {
  return withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/list.txt`, LIST.join("\n"));
    const input = ["--input", "list.txt", ...args];
    const { code, stderr } = await run(folder, "train", ...input);
    assertEquals(code, 0, stderr);
    await use(folder, stderr);
  });
}

// deno-lint-ignore no-explicit-any
function resultOf(folder: string): any {
  return JSON.parse(Deno.readTextFileSync(`${folder}/out/run/result.json`));
}

/** The settings of a run by the lecture's recipe on that list. */
const LECTURE = ["--input", "list.txt", "--recipe", "lecture"];

Deno.test("train offers the best network on dev, mixed with the best n-gram, to all commands", () =>
  withRun(async (folder, stderr) => {
    const { config, parameters, best, current, step } = readCheckpoint(
      `${folder}/out/run`,
    );
    const different = [...new Set(PARTS.train)];
    const { steps, ...recipe } = autoRecipe({
      vocabularySize: VOCABULARY.size,
      sequences: different.length,
      rows: rowsOf(different, 1).Y.length,
    });
    assertEquals(config.steps, steps);
    assertEquals(config.weightDecay, recipe.weightDecay);
    assertEquals([config.recipe, config.noMix], ["auto", false]);
    assertEquals(config.keepEqualTogether, true);
    assertEquals(config.patience, recipe.patience);

    // what the checkpoint keeps is the best on dev
    assert(best && current && best.step <= step);
    assertEquals(best.loss, evaluate(parameters, rowsOf(PARTS.dev, 8)));
    assert(best.loss <= evaluate(current, rowsOf(PARTS.dev, 8)));
    assertStringIncludes(
      stderr,
      `\nKept the network of step ${best.step} of ${step}, the best on dev`,
    );

    // and the mixture is that of the library
    const order = config.ngramOrder as number;
    const weight = config.ngramWeight as number;
    assert(weight > 0.01 && weight < 0.99, `${weight}`);
    const ngram = kneserNey(
      countNgrams(rowsOf(PARTS.train, order - 1), VOCABULARY, order),
    );
    const models: [Model, string[]][] = [
      [mixModels([mlpModel(parameters), ngram], [1 - weight, weight]), []],
      [parameters, ["--no-mix"]],
    ];
    const [network, share] = [1 - weight, weight].map((w) => w.toFixed(2));
    assertStringIncludes(
      stderr,
      `\nOffers a mixture, which is best on dev: ${network} network, ` +
        `${share} ${order}-gram\n`,
    );
    const result = resultOf(folder);
    const text = Deno.readTextFileSync(`${folder}/out/run/config.json`);
    assertEquals(result.settings, JSON.parse(text));
    assertEquals(result.settings.ngramWeight, weight);
    for (const part of ["train", "dev", "test"] as const) {
      const lossOf = (model: Model) => evaluate(model, rowsOf(PARTS[part], 8));
      assertAlmostEquals(result[part].loss, lossOf(models[0][0]), 1e-9);
      const [alone, counts] = result.beside;
      assertAlmostEquals(alone[part].loss, lossOf(parameters), 1e-9);
      assertAlmostEquals(counts[part].loss, lossOf(ngram), 1e-9);
    }
    const losses = [result, ...result.beside].map(({ dev }) => dev.loss);
    assertEquals(losses[0], Math.min(...losses, result.guessing));

    const words = ["bastel", "ke", "ursun"];
    for (const path of ["out/run", "out/run/checkpoint.safetensors"]) {
      for (const [model, flags] of models) {
        const args = ["--run", path, ...flags];
        const scored = await run(folder, "score", ...words, ...args, "--json");
        const { scores } = JSON.parse(scored.stdout);
        const expected = scoreWords(model, VOCABULARY, words);
        words.forEach((_, i) =>
          assertAlmostEquals(scores[i].logProbability, expected[i], 1e-9)
        );
        const seed = ["--seed", "5", "--num", "8"];
        const sampled = await run(folder, "sample", ...args, ...seed);
        const generator = new TorchGenerator(5);
        assertEquals(
          sampled.stdout,
          sample(model, VOCABULARY, { generator, count: 8 })
            .map((word) => word + "\n").join(""),
        );
      }
    }
    const judged = await run(folder, "evaluate", "--run", "out/run", "--json");
    assertEquals(judged.code, 0, judged.stderr);
    assertEquals(
      JSON.parse(judged.stdout).models.map(({ name }: { name: string }) =>
        name
      ),
      ["mlp", `${order}-gram`, "mixture"],
    );
    // on other words it is one of the models
    await Deno.writeTextFile(`${folder}/other.txt`, LIST.slice(99).join("\n"));
    const other = ["--input", "other.txt"];
    const rows = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(
        folder,
        "evaluate",
        ...["--run", "out/run", "--json", ...args],
      );
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout).models.map(({ name }: { name: string }) =>
        name
      );
    };
    assertEquals(await rows(...other), [
      ...["mlp", "its mixture", `${order}-gram`, "mixture"],
    ]);
    assertEquals(await rows(...other, "--model", "mlp"), ["mlp"]);
    // and beside other n-grams than its own
    assertEquals(await rows("--order", "all"), [
      ...["mlp", "its mixture", "2-gram", "3-gram", "4-gram", "5-gram"],
      "mixture",
    ]);
  }));

Deno.test("a checkpoint without its list is the network alone, and says so", () =>
  withRun(async (folder) => {
    const seed = ["--seed", "5", "--quiet"];
    const sampled = (...args: string[]) =>
      run(folder, "sample", ...args, ...seed);
    const network = await sampled("--run", "out/run", "--no-mix");
    assertEquals([network.code, network.stderr], [0, ""]);
    await Deno.mkdir(`${folder}/alone`);
    const file = "checkpoint.safetensors";
    await Deno.copyFile(`${folder}/out/run/${file}`, `${folder}/alone/${file}`);
    for (const path of ["alone", `alone/${file}`]) {
      const alone = await sampled("--run", path);
      assertEquals(alone.stdout, network.stdout);
      assertEquals(
        alone.stderr,
        `${path} has no copy of what it learned from, so this is its network ` +
          "alone, without the n-gram\n",
      );
    }

    await Deno.writeTextFile(
      `${folder}/out/run/words.txt`,
      LIST.slice(1).join("\n") + "\n",
    );
    const { message, exitCode } = await refusalOf(
      folder,
      "sample",
      ...["--run", "out/run", ...seed],
    );
    assertEquals(exitCode, 4);
    assertEquals(
      message,
      "Cannot use the mixture of out/run: its copy of what it learned from " +
        "was changed; the network alone is --no-mix in sample and score, and --model mlp in evaluate",
    );
    const same = await sampled("--run", "out/run", "--no-mix");
    assertEquals(same.stdout, network.stdout);
  }, ...["--steps", "400", "--hidden-size", "20", "--num", "0"]));

Deno.test("train --no-mix is the network alone, the same one", () =>
  withRun(async (folder) => {
    const settings = ["--steps", "400", "--hidden-size", "20", "--no-mix"];
    const args = ["--input", "list.txt", ...settings, "--output", "out/alone"];
    const { code, stdout, stderr } = await run(folder, "train", ...args);
    assertEquals(code, 0, stderr);
    const mixed = readCheckpoint(`${folder}/out/run`);
    const alone = readCheckpoint(`${folder}/out/alone`);
    assertEquals(alone.parameters, mixed.parameters);
    assertEquals(alone.best, mixed.best);
    const { noMix, ngramOrder, ngramWeight } = alone.config;
    assertEquals([noMix, ngramOrder, ngramWeight], [true, 0, 0]);
    assertStringIncludes(stdout, `dev   loss ${alone.best!.loss.toFixed(4)},`);
  }, ...["--steps", "400", "--hidden-size", "20"]));

Deno.test({
  name:
    "train that looks at dev goes on to the bits of one run, and stops early",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withRun(
      async (folder, stderr) => {
        const [, best, last] = stderr.match(
          /^Kept the network of step (\d+) of (\d+), the best on dev: words of dev have not become likelier since$/m,
        )!.map(Number);
        // at the first look after so many steps: there is one every 1,500
        assertEquals(last - best, 10_500);
        assert(last < 60_000);
        assertEquals(readCheckpoint(`${folder}/out/run`).step, last);

        const half = ["--output", "out/half"];
        const stops = [
          ["SIGINT", 130, [...EARLY, "--input", "list.txt"]],
          ["SIGTERM", 143, ["--resume"]],
        ] as const;
        let before = 0;
        for (const [signal, code, args] of stops) {
          const program = new Program(
            folder,
            taskArguments("train", [...args, ...half]),
          );
          await program.says(/^step /m);
          program.kill(signal);
          const outcome = await program.ended;
          assertEquals(outcome.code, code, outcome.stderr);
          const { step } = readCheckpoint(`${folder}/out/half`);
          assert(step > before && step < last, `stopped at ${step}`);
          before = step;
        }
        // to the end, and once more, which changes nothing
        for (let i = 0; i < 2; i++) {
          const rest = await run(folder, "train", ...half, "--resume");
          assertEquals(rest.code, 0, rest.stderr);
          const names = filesIn(`${folder}/out/run`);
          assertEquals(filesIn(`${folder}/out/half`), names);
          for (const name of names) {
            if (name === "result.json") continue; // it names its input
            assertEquals(
              await hashOf(`${folder}/out/half/${name}`),
              await hashOf(`${folder}/out/run/${name}`),
              name,
            );
          }
          const [whole, halves] = ["run", "half"].map((name) =>
            JSON.parse(
              Deno.readTextFileSync(`${folder}/out/${name}/result.json`),
            )
          );
          assertEquals({ ...halves, input: whole.input }, whole);
        }
        const refused = await refusalOf(
          folder,
          "train",
          ...[...half, "--resume", "--patience", "5"],
        );
        assertStringIncludes(
          refused.message,
          "Cannot use --patience with --resume",
        );
      },
      ...EARLY,
    ),
});

/** A run that ends after a fifth of its steps or so. */
const EARLY = [
  ...["--steps", "60000", "--patience", "9600", "--hidden-size", "20"],
];

Deno.test("train --recipe lecture is the lecture's network, and nothing else", () =>
  withRun(
    async (folder, stderr) => {
      assert(!/Kept the network|Offers/.test(stderr), stderr);
      const bytes = Deno.readFileSync(
        `${folder}/out/run/checkpoint.safetensors`,
      );
      const { tensors, metadata } = decodeSafetensors(bytes);
      assertEquals([...tensors.keys()].sort(), ["C", "W1", "W2", "b1", "b2"]);
      assertEquals(metadata.has("best"), false);
      const { parameters, config } = readCheckpoint(`${folder}/out/run`);
      assertEquals([config.noMix, config.keepEqualTogether], [true, false]);

      // the same bits as by the library
      const generator = new TorchGenerator(2147483647);
      const sizes = { contextLength: 3, embeddingSize: 10, hiddenSize: 200 };
      const network = createParameters(
        { vocabularySize: VOCABULARY.size, ...sizes },
        { generator },
      );
      const { train: learned, test } = splitWords(LIST);
      await train(network, rowsOf(learned, 3), {
        ...{ steps: 900, generator, learningRate: stepDecay([0.1, 0.01], 450) },
      });
      assertEquals(parameters, network);
      assertAlmostEquals(
        resultOf(folder).test.loss,
        evaluate(network, rowsOf(test, 3)),
        1e-12,
      );

      const found = await run(folder, "find-lr", ...LECTURE, "--json");
      const { losses } = JSON.parse(found.stdout);
      const again = new TorchGenerator(2147483647);
      const begun = createParameters(
        { vocabularySize: VOCABULARY.size, ...sizes },
        { generator: again },
      );
      const rows = rowsOf(learned, 3);
      const how = { generator: again, batchSize: 32, count: 1000 };
      assertEquals(losses, [...findLearningRate(begun, rows, how).losses]);
    },
    ...["--recipe", "lecture", "--steps", "900"],
  ));

Deno.test("train keeps the split that it was told, and evaluate judges by it", async () => {
  const lecture = ["--recipe", "lecture", "--keep-equal-together"];
  for (const args of [["--split-copies"], lecture]) {
    await withRun(
      async (folder, stderr) => {
        const { config } = readCheckpoint(`${folder}/out/run`);
        assertEquals(config.keepEqualTogether, args === lecture);
        const judged = await run(folder, "evaluate", "--run", "out/run");
        const sizes = /200 words from .*: (train .*)/;
        const [[, ofTrain], [, ofJudge]] = [stderr, judged.stderr]
          .map((text) => text.match(sizes)!);
        assertEquals(ofJudge, ofTrain);
        const { dev } = resultOf(folder);
        assertStringIncludes(judged.stdout, ` ${dev.loss.toFixed(4)} `);
      },
      ...[...args, "--steps", "40", "--hidden-size", "10", "--num", "0"],
    );
  }
  await withWords(async (folder) => {
    const both = ["--split-copies", "--keep-equal-together"];
    assertEquals(
      (await refusalOf(folder, "train", ...QUICK_AUTO, ...both)).message,
      "Cannot use --split-copies with --keep-equal-together: give one of them",
    );
  });
});

Deno.test("train warns of a model that is worse than guessing or counting, and what to do", () =>
  withWords(async (folder) => {
    const warnings: [string[], RegExp][] = [
      [["--steps", "1"], /^guessing, 2\.6391$/],
      // it has exploded, but to numbers
      [["--learning-rate", "30", "--steps", "60"], /^guessing, 2\.6391$/],
      [[], /^that of counting: a [2-6]-gram has 1\.\d{4}$/],
    ];
    for (const [args, than] of warnings) {
      const settings = [...QUICK, ...args, "--overwrite", "--quiet"];
      const { code, stdout, stderr } = await run(folder, "train", ...settings);
      assertEquals(code, 0, stderr);
      const [, loss, worse] = stderr.match(
        /^Dev has a loss of (\S+), which is worse than (.*); --recipe auto, without other settings, fits the data\n$/,
      )!;
      assertMatch(worse, than);
      assertStringIncludes(stdout, `\ndev   loss ${loss}, perplexity `);
    }
    const { stderr } = await run(
      folder,
      "train",
      ...[...QUICK_AUTO, "--steps", "1", "--overwrite", "--quiet"],
    );
    assertEquals(stderr, "");
    const bigram = ["--model", "bigram", "--learning-rate", "1e-3", "--quiet"];
    const input = ["--input", "words.txt"];
    const other = await run(folder, "train", ...bigram, ...input);
    assertMatch(other.stderr, /^Dev has a loss of .*guessing, 2\.6391\n$/);
  }));

Deno.test("find-lr takes the steps that train takes, with candidates and weight decay", () =>
  withFolder(async (folder) => {
    // with so many words, each of them often, steps weigh candidates
    const text = Array.from({ length: 600 }, (_, i) => {
      const word = (j: number) => `W${(7 * i + j) % 1200}`;
      return Array.from({ length: 8 }, (_, j) => word(j)).join(" ") + ".";
    }).join("\n");
    await Deno.writeTextFile(`${folder}/text.txt`, text);
    const input = ["--level", "words", "--input", "text.txt", "--num", "20"];
    const small = ["--hidden-size", "5", "--embedding-size", "3", "--json"];
    const found = await run(folder, "find-lr", ...input, ...small);
    assertEquals(found.code, 0, found.stderr);
    const sentences = splitByPosition(tokenize(text));
    const vocabulary = buildWordVocabulary(sentences.train, { text });
    const generator = new TorchGenerator(2147483647);
    const { contextLength, initialization, ...recipe } = autoRecipe(
      dataOf(sentences.train, vocabulary),
    );
    const rows = contextWindows(sentences.train, vocabulary, contextLength, {
      acrossBoundaries: true,
    });
    const sizes = { contextLength, embeddingSize: 3, hiddenSize: 5 };
    const network = createParameters(
      { vocabularySize: vocabulary.size, ...sizes },
      { generator, initialization },
    );
    const { batchSize, candidates, weightDecay } = recipe;
    assertEquals([typeof candidates, weightDecay > 0], ["number", true]);
    const { losses } = findLearningRate(network, rows, {
      ...{ generator, count: 20, weightDecay },
      batchSize: Number(batchSize),
      candidates: Number(candidates),
    });
    assertEquals(JSON.parse(found.stdout).losses, [...losses]);
  }));
