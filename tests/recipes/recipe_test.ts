import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { assertThrows } from "@std/assert";
import { autoRecipe, lectureRecipe } from "../../core.ts";
import {
  decayStepsOf,
  patienceOf,
  scheduleOf,
} from "../../lib/recipes/recipe.ts";
import { mostCandidates } from "../../lib/training/candidates.ts";

/** A list whose words have six characters, and their ends. */
const list = (sequences: number, vocabularySize = 27) =>
  autoRecipe({ vocabularySize, sequences, rows: 7 * sequences });

Deno.test("lectureRecipe() has the settings of the lecture's last run", () => {
  assertEquals(lectureRecipe(), {
    ...{ contextLength: 3, embeddingSize: 10, hiddenSize: 200 },
    ...{ initialization: "randn", steps: 200_000, batchSize: 32 },
    ...{ learningRate: 0.1, finalLearningRate: 0.01, schedule: "step" },
    ...{ weightDecay: 0, candidates: "all", keepEqualTogether: false },
    ...{ patience: 0, mix: false },
  });
});

Deno.test("autoRecipe() has a context of 8 characters and a prior for lists of any length", () => {
  for (const sequences of [10, 800, 25_626, 1e6]) {
    const { steps, patience, ...recipe } = list(sequences);
    const [hiddenSize, batchSize, prior] = sequences < 1000
      ? [200, 32, 20]
      : [300, 128, 30];
    assertEquals(recipe, {
      ...{ contextLength: 8, embeddingSize: 24, hiddenSize, batchSize },
      ...{ initialization: "scaled", schedule: "cosine" },
      ...{ learningRate: 0.2, finalLearningRate: 0.002, candidates: "all" },
      ...{ keepEqualTogether: true, mix: true },
      weightDecay: prior / (7 * sequences),
    });
    assertEquals(patience, Math.ceil(steps / 4));
  }
});

Deno.test("autoRecipe() reads a list 28 times, a short one more often, and a long one less", () => {
  // 125 times 170 rows, in batches of 32
  const least = autoRecipe({ vocabularySize: 27, sequences: 24, rows: 170 });
  assertEquals(least.steps, Math.ceil(125 * 170 / 32));
  assertEquals(list(1).steps, Math.ceil(125 * 7 / 32));
  assertEquals(list(800).steps, 20_000);
  assertEquals(list(3265).steps, 20_000);
  assertEquals(list(5000).steps, Math.ceil(28 * 35_000 / 32));
  // 45,000 steps of 32 rows and 4.2 for each word are the most
  const { steps, batchSize } = list(25_626);
  assertEquals(steps, Math.ceil((45_000 + 4.2 * 25_626) * 32 / batchSize));
  let before = 0;
  for (
    let sequences = 1;
    sequences < 1e7;
    sequences = 1 + 1.3 * sequences | 0
  ) {
    const { steps, batchSize } = list(sequences);
    const read = steps * batchSize; // rows
    assert(read >= before - batchSize && Number.isSafeInteger(steps));
    before = read;
  }
});

Deno.test("autoRecipe() takes fewer steps for a wide vocabulary, and a smaller network", () => {
  const steps = (V: number) => list(1000, V).steps;
  assertEquals([2, 27, 108].map(steps), [20_000, 20_000, 20_000]);
  // 200 · (8 · 24 + V) multiply–adds for a row, or 100 · (…) above V = 200
  assertEquals(steps(200), Math.ceil(20_000 * 60_000 / (200 * 392)));
  assertEquals(list(1000, 200).hiddenSize, 200);
  assertEquals(list(1000, 201).hiddenSize, 100);
  assertEquals(steps(201), 20_000);
  assertEquals(steps(3000), Math.ceil(20_000 * 60_000 / (100 * 3192)));
  assert(list(10, 60_000).steps >= 1);
});

Deno.test("autoRecipe() reads a text six times, and weighs a hundred candidates", () => {
  const text = (vocabularySize: number, rows = 1563) =>
    autoRecipe({ level: "words", vocabularySize, rows, sequences: 192 });
  assertEquals(text(6057), {
    ...{ contextLength: 3, embeddingSize: 60, hiddenSize: 100 },
    ...{ initialization: "small", steps: 294, batchSize: 32 },
    ...{ learningRate: 0.5, finalLearningRate: 0.01, schedule: "cosine" },
    ...{ weightDecay: 1e-4, candidates: 100, keepEqualTogether: false },
    ...{ patience: 74, mix: true },
  });
  assertEquals([22, 100, 101].map((V) => text(V).candidates), [
    ...["all", "all", 100],
  ]);
  // and each number of candidates can be drawn
  for (let V = 101; V < 1000; V++) assert(mostCandidates(V) >= 100);
  assertEquals(text(6057, 200_000).steps, 37_500);
});

Deno.test("autoRecipe() refuses sizes that no data has", () => {
  const data = { vocabularySize: 27, sequences: 10, rows: 70 };
  for (const name of ["vocabularySize", "sequences", "rows"] as const) {
    for (const size of [0, -1, 1.5, NaN, Infinity]) {
      assertThrows(() => autoRecipe({ ...data, [name]: size }), RangeError);
    }
  }
});

Deno.test("patienceOf() is a quarter of the steps, and at least one", () => {
  assertEquals([1, 4, 5, 20_000].map(patienceOf), [1, 1, 2, 5000]);
});

Deno.test("decayStepsOf() is half of the steps, or all of them", () => {
  assertEquals(decayStepsOf("step", 200_001), 100_000);
  assertEquals(decayStepsOf("cosine", 200_001), 200_001);
});

Deno.test("scheduleOf() refuses a schedule that does not exist", () => {
  assertThrows(
    () => scheduleOf({ ...lectureRecipe(), schedule: "cosin" as "cosine" }),
    TypeError,
    'Cannot use the schedule "cosin": it must be one of "step", "constant"',
  );
});

Deno.test("scheduleOf() falls from the first to the final learning rate", () => {
  const rates = (recipe: Parameters<typeof scheduleOf>[0], steps: number[]) =>
    steps.map(scheduleOf(recipe));
  assertEquals(
    rates(lectureRecipe(), [0, 99_999, 100_000, 199_999]),
    [0.1, 0.1, 0.01, 0.01],
  );
  const auto = list(800);
  const [first, half, last, after] = rates(auto, [0, 1e4, 2e4, 3e4]);
  assertAlmostEquals(first, 0.2, 1e-15);
  assertAlmostEquals(half, (0.2 + 0.002) / 2, 1e-15);
  assertAlmostEquals(last, 0.002, 1e-15);
  assertEquals(after, last);
  assertEquals(rates({ ...auto, schedule: "constant" }, [0, 2e4]), [0.2, 0.2]);
});
