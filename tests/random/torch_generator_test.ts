import { assertEquals, assertThrows } from "@std/assert";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { STATE_BYTES } from "../../lib/random/torch_state.ts";
import { buildVocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { canonicalTest, canonicalWords } from "../canonical.ts";
import {
  bigramWords,
  generators,
  letters,
  SEED,
  shortHash,
} from "../oracles.ts";

const P = Float32Array.from(
  { length: 27 },
  (_, i) => Math.fround(Math.exp(0.1 * i)),
);

/** softmax(0.1 * arange(27)) in float32, as the oracle has it. */
function softmaxOfRamp(): Float32Array {
  const total = P.reduce((sum, p) => sum + p, 0);
  return P.map((p) => p / total);
}

for (const { seed, draws } of generators) {
  Deno.test(`TorchGenerator gives PyTorch's numbers for seed ${seed}`, () => {
    const g = () => new TorchGenerator(seed);
    const list = (numbers: ArrayLike<number>) => Array.from(numbers);
    assertEquals(list(g().rand(5)), draws["rand(5)"]);
    assertEquals(list(g().randn(16)), draws["randn(16)"]);
    assertEquals(list(g().randn(27)), draws["randn(27)"]);
    assertEquals(list(g().randn(54)), draws["randn(27,2)"].flat());
    assertEquals(
      list(g().randint(0, 182625, 8)),
      draws["randint(0,182625,(8,))"],
    );
    assertEquals(list(g().randint(5, 9, 12)), draws["randint(5,9,(12,))"]);
    assertEquals(list(g().randperm(10)), draws["randperm(10)"]);

    // small draws keep the second number of a pair across calls
    const small = g();
    assertEquals(
      [list(small.randn(5)), list(small.randn(3))],
      draws["randn(5) then randn(3)"],
    );
    const across = g();
    assertEquals(
      [1, 16, 1].map((count) => list(across.randn(count))),
      draws["randn(1), randn(16), randn(1)"],
    );

    const p = softmaxOfRamp();
    const one = g();
    assertEquals(
      Array.from({ length: 20 }, () => one.multinomial(p, 1)[0]),
      draws["20 times multinomial(softmax(0.1*arange(27)),1)"],
    );
    const rows = g();
    assertEquals(
      Array.from({ length: 3 }, () => rows.multinomial(p, 1)[0]),
      draws["multinomial(3 rows of the same,1)"],
    );
    assertEquals(
      list(g().multinomial(p, 12, { replacement: true })),
      draws["multinomial(the same,12,replacement=True)"],
    );
  });
}

Deno.test("TorchGenerator draws the lecture's 11,897 parameters to the bit", async () => {
  // first 12 digits of SHA-256 of the bytes that torch 2.13 makes (AVX2)
  const g = new TorchGenerator(SEED);
  const hashes: string[] = [];
  for (const count of [27 * 10, 30 * 200, 200, 200 * 27, 27]) {
    hashes.push(await shortHash(g.randn(count)));
  }
  assertEquals(hashes, [
    "d471f11a3e07",
    "46db9ac4b75a",
    "c2e3f46e1b27",
    "cac484ef8ae9",
    "7b747742a45c",
  ]);
  // and then the first minibatch of torch.randint(0, 182625, (32,))
  assertEquals(
    [...g.randint(0, 182625, 6)],
    [1680, 115963, 46562, 106512, 133208, 8221],
  );
});

Deno.test("TorchGenerator.random() gives the engine's 32-bit words", () => {
  const g = new TorchGenerator(SEED);
  assertEquals(
    [g.random(), g.random(), g.random(), g.random()],
    [1689602031, 3831148394, 2820341149, 2744746572],
  );
});

Deno.test("TorchGenerator.getState() gives torch's own bytes", async () => {
  // SHA-256 of generator.get_state() in torch 1.13: fresh, after randn(5)
  // (a spare normal is kept), then rand(1000), and after 624 draws
  const states = {
    0: ["1ccf17250133", "3d9bb8ca5dee", "8779f2bdc6f3", "484720ea4ef8"],
    [SEED]: ["5eab49a8f9a1", "69a8dc383997", "dbd5696e6b74", "8200e3077125"],
  };
  for (const [seed, expected] of Object.entries(states)) {
    const g = new TorchGenerator(Number(seed));
    const hashes = [await shortHash(g.getState())];
    g.randn(5);
    hashes.push(await shortHash(g.getState()));
    g.rand(1000);
    hashes.push(await shortHash(g.getState()));
    g.manualSeed(Number(seed)).rand(624);
    hashes.push(await shortHash(g.getState()));
    assertEquals(hashes, expected);
  }
});

Deno.test("TorchGenerator.setState() continues where the state was saved", () => {
  for (const draws of [0, 1, 623, 624, 625, 2000]) {
    const g = new TorchGenerator(5);
    g.rand(draws);
    g.randn(3); // leaves a spare
    const copy = new TorchGenerator(1).setState(g.getState());
    assertEquals(copy.getState(), g.getState());
    assertEquals([...copy.randn(3)], [...g.randn(3)]);
    assertEquals([...copy.rand(700)], [...g.rand(700)]);
    assertEquals(copy.seed, 5);
  }
});

Deno.test("TorchGenerator.setState() refuses bytes that are not a state, and keeps its own", () => {
  const g = new TorchGenerator(5);
  const before = g.getState();
  assertThrows(() => g.setState(new Uint8Array(10)), RangeError, "has 10");
  assertThrows(() => g.setState(new Uint8Array(STATE_BYTES)), RangeError);
  const mutated = g.getState();
  new DataView(mutated.buffer).setInt32(8, 700, true);
  assertThrows(() => g.setState(mutated), RangeError, "left 700");
  assertEquals(g.getState(), before);
});

Deno.test("TorchGenerator.setState() takes torch's seeds from 2^53 on, of which the low 53 bits are kept", () => {
  // torch.Generator().manual_seed(-1) has the seed 2^64 - 1, and the words of
  // its low 32 bits
  const same = new TorchGenerator(2 ** 32 - 1);
  const state = same.getState();
  new DataView(state.buffer).setBigUint64(0, 2n ** 64n - 1n, true);
  const g = new TorchGenerator(1).setState(state);
  assertEquals(g.seed, 2 ** 53 - 1);
  // all but the seed is as torch saved it
  assertEquals(g.getState().slice(8), state.slice(8));
  assertEquals(g.clone().randn(700), same.randn(700));
  assertEquals(new TorchGenerator(g.seed).random(), g.random());
});

Deno.test("TorchGenerator.multinomial() refuses a method that it does not have", () => {
  assertThrows(
    () =>
      new TorchGenerator(1).multinomial([1, 2], 1, {
        replacement: true,
        method: "cumulativ" as never,
      }),
    TypeError,
    'Cannot use the method "cumulativ": it must be one of "exponential", ' +
      '"cumulative"',
  );
});

Deno.test("TorchGenerator.randint() draws 64 bits for wide ranges", () => {
  // torch 2.13: from 2^28 on, high word first, modulo the range
  const words = new TorchGenerator(1);
  const [high, low] = [words.random(), words.random()];
  const wide = Number(((BigInt(high) << 32n) | BigInt(low)) % (2n ** 28n));
  assertEquals(new TorchGenerator(1).randint(0, 2 ** 28, 1)[0], wide);
  assertEquals(
    new TorchGenerator(1).randint(0, 2 ** 28 - 1, 1)[0],
    high % (2 ** 28 - 1),
  );
});

Deno.test("TorchGenerator.multinomial() draws the cumulative way for torch 1.13", () => {
  // one draw with replacement is the same as the first of several
  const p = softmaxOfRamp();
  const options = { replacement: true, method: "cumulative" } as const;
  const several = new TorchGenerator(42).multinomial(p, 5, {
    replacement: true,
  });
  const g = new TorchGenerator(42);
  const single = Array.from(
    { length: 5 },
    () => g.multinomial(p, 1, options)[0],
  );
  assertEquals(single, [...several]);
  assertThrows(
    () => g.multinomial(p, 1, { method: "cumulative" }),
    RangeError,
    "replacement: true",
  );
});

canonicalTest(
  "TorchGenerator.multinomial() draws the lecture's first five words, as torch 1.13 did",
  () => {
    // the lecture's first part: counts of pairs, one added to each, normalised
    const vocabulary = buildVocabulary([letters]);
    const { X, Y } = contextWindows(canonicalWords(), vocabulary, 1);
    const P = Array.from({ length: 27 }, () => new Float32Array(27).fill(1));
    X.forEach((x, row) => P[x][Y[row]]++);
    const g = new TorchGenerator(SEED);
    const words = Array.from({ length: 5 }, () => {
      const ids: number[] = [0];
      do {
        const options = { replacement: true, method: "cumulative" } as const;
        ids.push(g.multinomial(P[ids.at(-1)!], 1, options)[0]);
      } while (ids.at(-1) !== 0);
      return vocabulary.decode(ids.slice(1));
    });
    assertEquals(words, bigramWords);
  },
);

Deno.test("TorchGenerator.multinomial() without replacement draws each category once", () => {
  const drawn = new TorchGenerator(3).multinomial(softmaxOfRamp(), 27);
  assertEquals([...drawn].sort((a, b) => a - b), [...Array(27).keys()]);
  assertThrows(
    () => new TorchGenerator(3).multinomial([1, 0, 1], 3),
    RangeError,
    "only 2",
  );
});

Deno.test("TorchGenerator.multinomial() never draws a category of probability 0", () => {
  const g = new TorchGenerator(11);
  for (let i = 0; i < 500; i++) {
    assertEquals(g.multinomial([0, 0, 1e-30, 0], 1)[0], 2);
  }
});

Deno.test("TorchGenerator.multinomial() follows the probabilities", () => {
  // chi-squared of 100,000 draws over 27 categories: 26 degrees of freedom,
  // 54.05 is exceeded by chance once in a thousand; the seed is fixed
  const p = softmaxOfRamp();
  const g = new TorchGenerator(123);
  const counts = new Float64Array(27);
  const draws = 100_000;
  for (let i = 0; i < draws; i++) counts[g.multinomial(p, 1)[0]]++;
  const chi = counts.reduce(
    (sum, n, i) => sum + (n - draws * p[i]) ** 2 / (draws * p[i]),
    0,
  );
  if (chi > 54.05) throw new Error(`chi-squared is ${chi}`);
});

Deno.test("TorchGenerator.multinomial() refuses invalid probabilities", () => {
  const g = new TorchGenerator(0);
  assertThrows(() => g.multinomial([0.5, NaN], 1), RangeError, "NaN");
  assertThrows(() => g.multinomial([0.5, -1], 1), RangeError, "-1");
  assertThrows(() => g.multinomial([Infinity], 1), RangeError, "Infinity");
  assertThrows(
    () => g.multinomial([0, 0], 1),
    RangeError,
    "all probabilities are 0",
  );
});

Deno.test("TorchGenerator refuses invalid seeds and counts", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => new TorchGenerator(seed), RangeError, String(seed));
  }
  const g = new TorchGenerator(0);
  assertThrows(() => g.rand(-1), RangeError, "-1");
  assertThrows(() => g.randn(1.5), RangeError, "1.5");
  assertThrows(() => g.randint(5, 5, 1), RangeError, "from 5 up to 5");
  assertThrows(() => g.randint(0, 2 ** 40, 1), RangeError);
  assertThrows(() => g.randperm(2 ** 28), RangeError);
});

Deno.test("TorchGenerator.clone() draws on its own from the same state", () => {
  const g = new TorchGenerator(9);
  g.rand(3);
  const copy = g.clone();
  assertEquals([...copy.rand(5)], [...g.rand(5)]);
});
