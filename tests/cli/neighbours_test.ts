import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  QUICK_WORDS,
  refusalOf,
  run,
  withFolder,
  withText,
  withWords,
} from "./program.ts";
import { nearestTokens, pretrainedModel } from "../../core.ts";

Deno.test("neighbours prints what the library finds, of some tokens or of all", () =>
  withFolder(async (folder) => {
    const { parameters, vocabulary } = pretrainedModel();
    const line = (token: string, distance: "cosine" | "euclidean") => {
      const how = { count: 2, distance };
      const near = nearestTokens(parameters, vocabulary, token, how)
        .map(({ token, distance }) => `  ${token} ${distance.toFixed(3)}`);
      return `${token}${near.join("")}\n`;
    };
    const two = await run(folder, "neighbours", "--num", "2", "ay", "q");
    assertEquals(two.code, 0, two.stderr);
    assertEquals(
      two.stdout,
      ["a", "y", "q"].map((token) => line(token, "cosine")).join(""),
    );
    const all = await run(
      folder,
      "neighbours",
      ...["--num", "2", "--distance", "euclidean"],
    );
    assertEquals(
      all.stdout,
      vocabulary.tokens.map((token) => line(token, "euclidean")).join(""),
    );
    const { stdout } = await run(
      folder,
      "neighbours",
      "--json",
      "--num=1",
      "y",
    );
    assertEquals(JSON.parse(stdout), {
      model: "the package's model",
      distance: "cosine",
      tokens: [{
        token: "y",
        neighbours: nearestTokens(parameters, vocabulary, "y", { count: 1 }),
      }],
    });
  }));

Deno.test("neighbours takes words of a text as the text has them", () =>
  withText(async (folder) => {
    await run(folder, "train", ...QUICK_WORDS, "--lowercase", "--num", "0");
    const { code, stdout, stderr } = await run(
      folder,
      "neighbours",
      ...["--run", "out/run", "--num", "3", "The", "<unk>", "dog ran"],
    );
    assertEquals(code, 0, stderr);
    const titles = stdout.trimEnd().split("\n")
      .map((line) => line.match(/^(\S+)(?: {2,}\S+ \d\.\d{3}){3}$/)![1]);
    assertEquals(titles, ["the", "<unk>", "dog", "ran"]);
    // dog, cat, man and girl stand in the same places
    const [, , dog] = stdout.split("\n");
    assertMatch(dog, / {2}(cat|man|girl) /);
  }));

Deno.test("neighbours refuses tokens that the model does not have", () =>
  withWords(async (folder) => {
    const error = await refusalOf(folder, "neighbours", "é");
    assertEquals(
      error.message,
      'Cannot find the neighbours of "é": the package\'s model does not know it',
    );
    assert(error.exitCode === 2);
    const other = await refusalOf(folder, "neighbours", "--distance", "l2");
    assertStringIncludes(other.message, "one of cosine, euclidean");
  }));
