import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { test } from "./arithmetic.ts";
import type { Kernel, KernelWords } from "../../lib/kernel/kernel.ts";
import type { ModelSizes } from "../../lib/kernel/parameters.ts";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import { Mt19937 } from "../../lib/random/mersenne_twister.ts";
import { buildVocabulary } from "../../lib/data/vocabulary.ts";
import { contextWindows } from "../../lib/data/windows.ts";
import { fiveNames, letters, SEED, training } from "../oracles.ts";
import * as reference from "../../lib/kernel/reference.ts";
import { Chance, withKernel } from "./kernels.ts";

/** A model of random weights. */
function load(kernel: Kernel, seed: number, scale: number): void {
  kernel.loadWeights(new Chance(seed).weights(kernel.sizes, scale));
}

/** The words, each with its tokens. */
function words({ tokens, ends }: KernelWords): number[][] {
  return [...ends].map((end, i) => [...tokens.slice(i ? ends[i - 1] : 0, end)]);
}

/**
 * PyTorch's `multinomial(probs, 1)`: every token has a q of its own from the
 * exponential distribution, and the largest p/q wins, the first of equal ones.
 */
function multinomial(probs: Float32Array, engine: Mt19937): number {
  let best = -Infinity;
  let token = 0;
  probs.forEach((p, i) => {
    const high = engine.next() & 0x1fffff;
    const u = (high * 2 ** 32 + engine.next()) / 2 ** 53;
    const score = Math.fround(p / Math.fround(-Math.log1p(-u)));
    if (score > best) {
      best = score;
      token = i;
    }
  });
  return token;
}

const small: ModelSizes = {
  vocabularySize: 11,
  contextLength: 3,
  embeddingSize: 3,
  hiddenSize: 10,
};

test("Kernel.sample() prints PyTorch's twenty words after 110 steps", () => {
  const rows = contextWindows(fiveNames, buildVocabulary([letters]), 3);
  const g = new TorchGenerator(SEED);
  const sizes = {
    vocabularySize: 27,
    contextLength: 3,
    embeddingSize: 2,
    hiddenSize: 100,
  };
  withKernel(sizes, (kernel) => {
    kernel.loadWeights({
      C: g.randn(54),
      W1: g.randn(600),
      b1: g.randn(100),
      W2: g.randn(2700),
      b2: g.randn(27),
    });
    kernel.setRows(rows);
    for (let step = 0; step < 110; step++) kernel.stepAll(0.1);
    const sampled = kernel.sample(20, {
      generator: new Mt19937(2147483657),
      maxLength: 100,
    });
    assertEquals(
      words(sampled).map((tokens) =>
        tokens.map((token) => letters[token - 1]).join("") + "."
      ),
      training[
        "five names, 2/100, lr 0.1, after 110 steps: 20 samples, Generator seed 2147483657"
      ],
    );
  });
});

test("Kernel.sample() draws as PyTorch's recipe written out", () => {
  for (let trial = 0; trial < 12; trial++) {
    const sizes = {
      vocabularySize: [2, 5, 27, 311, 700][trial % 5],
      contextLength: 1 + trial % 4,
      embeddingSize: 3,
      hiddenSize: 7 + trial,
    };
    const options = {
      temperature: [1, 0.5, 3][trial % 3],
      topK: trial % 4 === 3 ? 4 : undefined,
      maxLength: 15,
      prompt: [[], [1], [1, 0, 1, 1, 0]][trial % 3],
    };
    withKernel(sizes, (kernel) => {
      load(kernel, trial, 1.5);
      const generator = new Mt19937(trial);
      const sampled = words(kernel.sample(40, { ...options, generator }));

      const engine = new Mt19937(trial);
      const { contextLength: T } = sizes;
      const start = [...new Array(T).fill(0), ...options.prompt].slice(-T);
      for (const word of sampled) {
        const wanted: number[] = [];
        let context = start;
        while (wanted.length < options.maxLength) {
          const probs = kernel.probabilities(context, options);
          const token = multinomial(probs, engine);
          if (token === 0) break;
          wanted.push(token);
          context = [...context.slice(1), token];
        }
        assertEquals(word, wanted);
      }
      assertEquals(generator.position, engine.position);
      assertEquals(generator.words, engine.words);
    });
  }
});

Deno.test("Kernel.sample() gives the same words however they are asked for", () => {
  // Words that hardly ever end, more than are passed on at once.
  const options = { maxLength: 9000 };
  withKernel(small, (kernel) => {
    load(kernel, 1, 0.01);
    const whole = new Mt19937(2);
    const wanted = words(
      kernel.sample(60, { ...options, generator: whole, topK: 10 }),
    );
    const split = new Mt19937(2);
    const pieces = [1, 9, 30, 20].flatMap((count) =>
      words(kernel.sample(count, { ...options, generator: split, topK: 10 }))
    );
    assertEquals(pieces, wanted);
    assertEquals(split.position, whole.position);
    // Token 0 is never drawn here, so every word has the full length.
    kernel.loadWeights({
      C: new Float32Array(33),
      W1: new Float32Array(90),
      b1: new Float32Array(10),
      W2: new Float32Array(110),
      b2: Float32Array.from({ length: 11 }, (_, v) => v === 0 ? -1e9 : 0),
    });
    const endless = kernel.sample(20, { ...options, generator: whole });
    assertEquals([...endless.ends].map((end, i) => end - 9000 * i), [
      ...new Array(20).fill(9000),
    ]);
    assert(endless.tokens.every((token) => token > 0));
  });
});

Deno.test("Kernel.probabilities() is the softmax of the logits", () => {
  const logits = [3, -2, 5, 5, 0.5, -40, 90, 1, 89, 2, 5];
  withKernel(small, (kernel) => {
    kernel.loadWeights({
      C: new Float32Array(33),
      W1: new Float32Array(90),
      b1: new Float32Array(10),
      W2: new Float32Array(110),
      b2: Float32Array.from(logits),
    });
    const check = (
      options: { temperature?: number; topK?: number },
      kept: number[],
    ) => {
      const { temperature = 1 } = options;
      const exps = logits.map((z, v) =>
        kept.includes(v) ? Math.exp((z - 90) / temperature) : 0
      );
      const total = exps.reduce((sum, e) => sum + e);
      const probs = kernel.probabilities([1, 2, 3], options);
      assertEquals(probs.length, 11);
      probs.forEach((p, v) => {
        const wanted = exps[v] / total;
        assertAlmostEquals(p, wanted, 3e-7 * wanted + 1e-37);
        if (!kept.includes(v)) assertEquals(p, 0);
      });
    };
    const all = logits.map((_, v) => v);
    check({}, all);
    check({ temperature: 30 }, all);
    check({ temperature: 30, topK: 11 }, all);
    check({ temperature: 30, topK: 100 }, all);
    check({ temperature: 30, topK: 1 }, [6]);
    check({ temperature: 30, topK: 2 }, [6, 8]);
    // Of the three with logit 5 the lower tokens are kept.
    check({ temperature: 30, topK: 3 }, [2, 6, 8]);
    check({ temperature: 30, topK: 4 }, [2, 3, 6, 8]);
    check({ temperature: 30, topK: 10 }, all.filter((v) => v !== 5));
  });
});

test("Kernel.probabilities() are those of the float64 loops, with direct connections too", () => {
  const engine = new Mt19937(3);
  const floats = (length: number) =>
    Float32Array.from({ length }, () => engine.next() / 2 ** 31 - 1);
  // 15 embedded numbers of 16 places, 24 of 24, 5 of 20: all ways to fill up
  for (const [T, E] of [[5, 3], [3, 8], [5, 1]]) {
    const sizes = {
      vocabularySize: 11,
      contextLength: T,
      embeddingSize: E,
      hiddenSize: 10,
      directConnections: true,
    };
    const weights = {
      C: floats(11 * E),
      W1: floats(T * E * 10),
      b1: floats(10),
      W2: floats(110),
      b2: floats(11),
      Wd: floats(T * E * 11),
    };
    const X = Array.from({ length: T }, () => engine.next() % 11);
    const { probs } = reference.forward(
      { V: 11, T, E, H: 10, direct: true },
      reference.toFloat64(weights),
      { X, Y: [0] },
    );
    withKernel(sizes, (kernel) => {
      kernel.loadWeights(weights);
      kernel.probabilities(X).forEach((p, token) =>
        // float32 has 6e-8, and sums of 34 products some ten of these
        assertAlmostEquals(p, probs[token], 1e-6)
      );
    });
  }
});

Deno.test("Kernel.probabilities() takes many contexts in one call", () => {
  withKernel(small, (kernel) => {
    load(kernel, 4, 1);
    const contexts = [[0, 0, 0], [1, 2, 3], [10, 0, 7], [1, 2, 3]];
    const options = { temperature: 0.7, topK: 5 };
    assertEquals(
      [...kernel.probabilities(contexts.flat(), options)],
      contexts.flatMap((context) => [
        ...kernel.probabilities(context, options),
      ]),
    );
    for (const length of [0, 1, 7]) {
      assertThrows(
        () => kernel.probabilities(new Uint16Array(length)),
        RangeError,
        `${length} tokens`,
      );
    }
  });
});

Deno.test("Kernel.sample() takes the likeliest token at the lowest temperatures, and any at the highest", () => {
  withKernel(small, (kernel) => {
    for (const scale of [1e-3, 1, 20]) {
      load(kernel, 5, scale);
      const draw = (options: { temperature?: number; topK?: number }) =>
        words(kernel.sample(5, {
          ...options,
          generator: new Mt19937(6),
          maxLength: 10,
        }));
      const wanted = draw({ topK: 1 });
      for (const temperature of [1e-20, 1e-38, 1e-45, Number.MIN_VALUE]) {
        assertEquals(draw({ temperature }), wanted);
        const probs = kernel.probabilities([1, 2, 3], { temperature });
        assertEquals([...probs].sort().at(-1), 1);
      }
    }
    // Tokens that are equally likely stay so.
    kernel.loadWeights(new Chance(1).weights(small, 0));
    const equal = kernel.probabilities([1, 2, 3], { temperature: 1e-38 });
    assertEquals(new Set(equal), new Set([Math.fround(1 / 11)]));
    // and at the highest temperatures all are
    load(kernel, 5, 20);
    for (const temperature of [1e30, 1e39, 1e300]) {
      const flat = kernel.probabilities([1, 2, 3], { temperature });
      assertEquals(new Set(flat), new Set([Math.fround(1 / 11)]));
    }
  });
});

Deno.test("Kernel.sample() and Kernel.probabilities() refuse weights that are not finite", () => {
  withKernel(small, (kernel) => {
    const generator = new Mt19937(7);
    const before = [...generator.words, generator.position];
    const options = { generator, maxLength: 5 };
    for (const name of ["C", "W1", "b1", "W2", "b2"] as const) {
      for (const topK of [undefined, 3]) {
        const weights = new Chance(8).weights(small, 1);
        weights[name].fill(NaN);
        kernel.loadWeights(weights);
        const said = "Cannot sample: the model's probabilities are not numbers";
        assertThrows(
          () => kernel.sample(3, { ...options, topK }),
          RangeError,
          said,
        );
        assertThrows(
          () => kernel.probabilities([1, 2, 3], { topK }),
          RangeError,
          said,
        );
      }
    }
    const weights = new Chance(8).weights(small, 1);
    for (const bad of [Infinity, NaN, 3e38]) {
      // Logits above float32, one that is NaN, and a sum of too large ones.
      weights.b2[4] = bad;
      weights.W2.fill(bad === 3e38 ? 3e38 : 1);
      kernel.loadWeights(weights);
      assertThrows(() => kernel.sample(1, options), RangeError, "not numbers");
    }
    assertEquals([...generator.words, generator.position], before);
  });
});

Deno.test("Kernel.sample() refuses what it cannot use", () => {
  withKernel(small, (kernel) => {
    const options = { generator: new Mt19937(1), maxLength: 5 };
    for (
      const [wrong, said] of [
        [{ temperature: 0 }, "temperature 0"],
        [{ temperature: NaN }, "temperature NaN"],
        [{ topK: -1 }, "topK -1"],
        [{ maxLength: 1.5 }, "maxLength 1.5"],
        [{ prompt: [1, 11] }, "token 11"],
      ] as const
    ) {
      assertThrows(
        () => kernel.sample(1, { ...options, ...wrong }),
        RangeError,
        said,
      );
    }
    assertThrows(() => kernel.sample(-1, options), RangeError, "count -1");
    assertThrows(() => kernel.probabilities([1, 2]), RangeError, "2 tokens");
    assertEquals(kernel.sample(0, options).ends.length, 0);
  });
});
