import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { hasFetched, SOURCES } from "../../tools/fetch_data.ts";
import {
  brownWords,
  paperText,
  rowsOfPart,
  type Text,
} from "../../tools/paper/brown.ts";
import { spread, trainNetwork } from "../../tools/paper/network.ts";
import {
  type Folder,
  formatRow,
  type PaperFigures,
  paperTable,
  type Row,
  ROWS,
  SETTINGS,
} from "../../tools/paper.ts";
import { countNgrams, evaluate, kneserNey, perplexity } from "../../core.ts";

/** A test that needs the Brown corpus; with `CI=true` it must be there. */
function brownTest(name: string, fn: () => void): void {
  const absent = !hasFetched(SOURCES.brown) && Deno.env.get("CI") !== "true";
  const suffix = absent ? " [skipped: run `deno task data brown` first]" : "";
  Deno.test({ name: name + suffix, ignore: absent, fn });
}

let words: string[] | undefined;

/** The words of the corpus, read once. */
function brown(): string[] {
  const { path } = SOURCES.brown;
  return words ??= brownWords(
    Deno.readFileSync(new URL(`../../${path}`, import.meta.url)),
  );
}

/** A folder in memory. */
function folderOf(files: Map<string, Uint8Array>): Folder {
  const bytesOf = (content: Uint8Array | string) =>
    typeof content === "string" ? new TextEncoder().encode(content) : content;
  return {
    read: (path) => files.get(path),
    write: (path, content) => void files.set(path, bytesOf(content)),
  };
}

Deno.test("brownWords() reads the words of the texts, in the order of their names", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const zip = zipSync({
    "brown/cb01": bytes("and/cc 1\\/2/cd\n"),
    "brown/ca01": bytes("\n\n\tThe/at  dog/nn\n\n./.\n"),
    "brown/README": bytes("not/at words/nn"),
    "brown/cats.txt": bytes("ca01 news"),
  });
  assertEquals(brownWords(zip), ["The", "dog", ".", "and", "1\\/2"]);
});

Deno.test("rowsOfPart() has contexts that reach into the part before", () => {
  const text = {
    ids: Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    ends: [6, 8, 9],
  } as unknown as Text;
  assertEquals(rowsOfPart(text, 0, 2), {
    contextLength: 2,
    ids: Uint16Array.of(3, 4, 5, 6),
    Y: Uint16Array.of(5, 6),
  });
  assertEquals(rowsOfPart(text, 1, 2), {
    contextLength: 2,
    ids: Uint16Array.of(5, 6, 7, 8),
    Y: Uint16Array.of(7, 8),
  });
  assertEquals(spread(rowsOfPart(text, 0, 2), 1), {
    contextLength: 2,
    X: Uint16Array.of(3, 4),
    Y: Uint16Array.of(5),
  });
});

brownTest(
  "paperText() has the paper's protocol, and Kneser-Ney 3 its perplexities",
  () => {
    const words = brown();
    assertEquals(words.length, 1_161_192);
    const text = paperText(words);
    assertEquals(text.vocabulary.size - 1, 17_905); // without the boundary
    assertEquals(text.ends, [800_000, 1_000_000, 1_161_192]);
    assert(!text.ids.includes(0), "there are no sentences");
    const counts = countNgrams(rowsOfPart(text, 0, 2), text.vocabulary, 3);
    const model = kneserNey(counts);
    // another program of the same protocol gives 350.3 and 332.7
    const of = (part: number) =>
      perplexity(evaluate(model, rowsOfPart(text, part, 2)));
    assertAlmostEquals(of(1), 350.3, 0.2);
    assertAlmostEquals(of(2), 332.7, 0.2);
  },
);

brownTest(
  "paperTable() makes rows of a tenth of the text, and none of them twice",
  () => {
    const text = paperText(brown(), 0.1);
    const files = new Map<string, Uint8Array>();
    const told: string[] = [];
    const options = {
      settings: { ...SETTINGS, epochs: 1 },
      rows: ["MLP7", "Kneser-Ney 3"],
      sample: 5000,
      folder: folderOf(files),
      onProgress: (what: string, done: number) => {
        told.push(what);
        assert(done >= 0 && done <= 1, `${done} of all is done`);
      },
    };
    const rows = [...paperTable(text, options)];
    assertEquals(rows.map(({ name }) => name), [
      "MLP7",
      "MLP8",
      "Kneser-Ney 3",
    ]);
    const [alone, mixed, ngram] = rows.map((row) => row.perplexities[2]!);
    assert(mixed < alone && mixed < ngram, `${mixed}, ${alone}, ${ngram}`);
    assert(alone < 300, `MLP7 has only reached ${alone}`);
    assertEquals([...files.keys()], [
      "MLP7/model.safetensors",
      "MLP7/training.json",
      "MLP7/row.json",
      "Kneser-Ney 3/row.json",
    ]);

    told.length = 0;
    assertEquals<Row[]>([...paperTable(text, options)], rows);
    assertEquals(told, []);

    // what was stopped while it predicted goes on with the network it had
    files.delete("MLP7/row.json");
    const [again] = paperTable(text, options);
    assertEquals(told, ["MLP7 predicts", "interpolated trigram"]);
    assertEquals(again.perplexities, rows[0].perplexities);
    const [{ paper }] = rows;
    assertEquals(paper, [210, 309, 293]);
    const line = formatRow(rows[0]);
    assert(line.startsWith("| MLP7 | 3 | 50 | 30 | yes | no | "), line);
  },
);

Deno.test("trainNetwork() leaves the boundary out of the softmax, without a hidden layer too", () => {
  const words = Array.from({ length: 1000 }, (_, i) => "abcde"[i * i % 5]);
  const text = { ...paperText(words), ends: [800, 900, 1000] } as const;
  const sizes = {
    ...{ vocabularySize: text.vocabulary.size, contextLength: 2 },
    ...{ embeddingSize: 3, hiddenSize: 0, directConnections: true },
  };
  const settings = { ...SETTINGS, epochs: 20, candidates: 3 };
  const { parameters, best } = trainNetwork(text, sizes, settings);
  assertEquals(parameters.b2[0], -1000);
  assert(best.loss < 0.7, `${best.loss}`);
  assert(best.epoch > 1);
});

Deno.test("data/paper.json holds each row, and networks below the paper's on test", () => {
  const { rows, neighbours }: PaperFigures = JSON.parse(
    Deno.readTextFileSync(new URL("../../data/paper.json", import.meta.url)),
  );
  assertEquals(rows.map(({ name }) => name), ROWS);
  for (const { name, perplexities, paper } of rows.slice(0, 10)) {
    assert(perplexities[2]! <= paper[2]!, name);
  }
  assertEquals(Object.keys(neighbours).length, 20);
});
