/** How a number came about, written out: this row times that column. */

import { fixed, short } from "./format.ts";
import type { Look, Part } from "./look.ts";

/** What of each number the page shows. */
export type Mode = "values" | "gradient" | "change";

/** A number of a look. */
export interface Picked {
  readonly part: Part;
  /** Where it is in its array. */
  readonly at: number;
}

/** The product of two numbers, and where they are. */
interface Term {
  readonly label: string;
  readonly a: number;
  readonly b: number;
}

/** How a number came about. */
export interface Derivation {
  /** What it is called, such as h[3]. */
  readonly name: string;
  readonly value: number;
  /** What it is, in words. */
  readonly words: string;
  /** The products that it is the sum of, if it is a sum. */
  readonly terms?: readonly Term[];
  /** The names of what is multiplied. */
  readonly factors?: readonly [string, string];
  /** The formula with its numbers. */
  readonly formula?: string;
}

/** Beyond this tanh is so flat that a hidden unit hardly learns. */
export const SATURATED = 0.99;
export function isSaturated(h: number): boolean {
  return Math.abs(h) > SATURATED;
}

/** Whether a person can set a number. */
export function isWeight(
  part: Part,
): part is "C" | "W1" | "b1" | "W2" | "b2" {
  return ["C", "W1", "b1", "W2", "b2"].includes(part);
}

/** The row and the column of a number in its matrix; a vector has one row. */
function rowAndColumn(look: Look, { part, at }: Picked): [number, number] {
  const { V, E, H } = look.sizes;
  const columns = { C: E, W1: H, W2: V }[part as string];
  return columns ? [Math.floor(at / columns), at % columns] : [0, at];
}

/** Writes out how a number came about. */
export function writeOut(
  look: Look,
  mode: Mode,
  picked: Picked,
  tokens: readonly string[],
): Derivation {
  const { part, at } = picked;
  const [i, j] = rowAndColumn(look, picked);
  const letter = (id: number) => id === 0 ? "the end" : `“${tokens[id]}”`;
  const plain = {
    ...{ C: `C[${i}, ${j}]`, W1: `W1[${i}, ${j}]`, W2: `W2[${i}, ${j}]` },
    ...{ b1: `b1[${j}]`, b2: `b2[${j}]`, inputs: `input[${j}]` },
    ...{ z: `z[${j}]`, h: `h[${j}]`, logits: `logit[${j}]`, probs: `p[${j}]` },
  }[part];
  const name = {
    values: plain,
    gradient: `∂loss/∂${plain}`,
    change: `change of ${plain}`,
  }[mode];
  const value = look[mode][part][at];
  const how = mode === "values"
    ? valueOf(look, part, i, j, letter)
    : mode === "gradient"
    ? gradientOf(look, part, i, j, letter)
    : changeOf(look, picked);
  return { name, value, ...how };
}

type How = Omit<Derivation, "name" | "value">;

function valueOf(
  look: Look,
  part: Part,
  i: number,
  j: number,
  letter: (id: number) => string,
): How {
  const { values, context, sizes, target } = look;
  const { inputs, W1, b1, z, h, W2, b2, logits, probs } = values;
  const { E, H, V, T } = sizes;
  const position = Math.floor(j / E);
  switch (part) {
    case "C":
      return {
        words: `A weight: number ${j + 1} of the ${E} that stand for ${
          letter(i)
        }. It began at random, and each step moves it a little.`,
      };
    case "W1":
      return {
        words: `A weight: how much input ${i} counts for hidden unit ${j}.`,
      };
    case "b1":
      return { words: `A weight: what hidden unit ${j} begins with.` };
    case "W2":
      return {
        words: `A weight: how much hidden unit ${i} speaks for ${letter(j)}.`,
      };
    case "b2":
      return {
        words: `A weight: what ${letter(j)} begins with, whatever the context.`,
      };
    case "inputs":
      return {
        words: `Copied from C: number ${j % E + 1} of the row of ${
          letter(context[position])
        }, the letter at place ${position + 1} of ${T}.`,
      };
    case "z":
      return {
        words: `The inputs times column ${j} of W1, added up, and b1[${j}].`,
        factors: ["input", `W1[·, ${j}]`],
        terms: Array.from(inputs, (a, i) => ({
          label: `${i}`,
          ...{ a, b: W1[i * H + j] },
        })),
        formula: `${short(z[j] - b1[j])} + b1[${j}] ${short(b1[j])} = ${
          short(z[j])
        }`,
      };
    case "h":
      return {
        words: `Hidden unit ${j}: z[${j}] bent into −1 … 1 by tanh.` +
          (isSaturated(h[j])
            ? " It is saturated: near its limit, so it hardly learns."
            : ""),
        formula: `tanh(${short(z[j])}) = ${short(h[j])}`,
      };
    case "logits":
      return {
        words:
          `The hidden units times column ${j} of W2, added up, and b2[${j}]: ` +
          `how much speaks for ${letter(j)}.`,
        factors: ["h", `W2[·, ${j}]`],
        terms: Array.from(h, (a, i) => ({
          label: `${i}`,
          ...{ a, b: W2[i * V + j] },
        })),
        formula: `${short(logits[j] - b2[j])} + b2[${j}] ${short(b2[j])} = ${
          short(logits[j])
        }`,
      };
    case "probs": {
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      return {
        words:
          `The probability of ${letter(j)}: e to the power of its logit, ` +
          `divided by the sum of all ${V} such powers.` +
          (j === target
            ? ` It is the right letter: the loss is −ln(${short(probs[j])}) = ${
              fixed(look.loss, 3)
            }.`
            : ""),
        formula: `e^${short(logits[j])} / ${short(total)} = ${
          short(Math.exp(logits[j]))
        } / ${short(total)} = ${short(probs[j])}`,
      };
    }
  }
}

function gradientOf(
  look: Look,
  part: Part,
  i: number,
  j: number,
  letter: (id: number) => string,
): How {
  const { values, gradient, context, sizes, target } = look;
  const { inputs, W1, h, W2, probs } = values;
  const { E, H, V } = sizes;
  switch (part) {
    case "probs":
      return {
        words: j === target
          ? "The loss is −ln of this probability, so it falls by 1/p when p grows."
          : "The loss looks only at the right letter's probability.",
        formula: j === target
          ? `−1 / ${short(probs[j])} = ${short(gradient.probs[j])}`
          : undefined,
      };
    case "logits":
    case "b2":
      return {
        words: j === target
          ? "The probability minus 1, because this is the right letter: the logit should rise."
          : `The probability itself: the logit of ${letter(j)} should fall.`,
        formula: j === target
          ? `${short(probs[j])} − 1 = ${short(gradient.logits[j])}`
          : `${short(probs[j])} − 0 = ${short(gradient.logits[j])}`,
      };
    case "W2":
      return {
        words: `Hidden unit ${i} times the gradient of the logit of ${
          letter(j)
        }.`,
        formula: `${short(h[i])} × ${short(gradient.logits[j])} = ${
          short(gradient.W2[i * V + j])
        }`,
      };
    case "h":
      return {
        words:
          `What all logits ask of hidden unit ${j}: row ${j} of W2 times ` +
          "their gradients, added up.",
        factors: [`W2[${j}, ·]`, "∂loss/∂logit"],
        terms: Array.from(gradient.logits, (b, v) => ({
          label: letter(v),
          ...{ a: W2[j * V + v], b },
        })),
      };
    case "z":
    case "b1":
      return {
        words:
          "The gradient of the hidden unit times the slope of tanh there, 1 − h². " +
          (isSaturated(h[j])
            ? "It is saturated: the slope is almost 0, so hardly anything gets through."
            : ""),
        formula: `(1 − ${short(h[j])}²) × ${short(gradient.h[j])} = ${
          short(1 - h[j] ** 2)
        } × ${short(gradient.h[j])} = ${short(gradient.z[j])}`,
      };
    case "W1":
      return {
        words: `Input ${i} times the gradient of z[${j}].`,
        formula: `${short(inputs[i])} × ${short(gradient.z[j])} = ${
          short(gradient.W1[i * H + j])
        }`,
      };
    case "inputs":
      return {
        words:
          `What all hidden units ask of input ${j}: row ${j} of W1 times ` +
          "their gradients, added up.",
        factors: [`W1[${j}, ·]`, "∂loss/∂z"],
        terms: Array.from(gradient.z, (b, unit) => ({
          label: `${unit}`,
          ...{ a: W1[j * H + unit], b },
        })),
      };
    case "C": {
      const places = context.flatMap((id, t) => id === i ? [t * E + j] : []);
      const parts = places.map((place) => short(gradient.inputs[place]));
      return {
        words: places.length === 0
          ? `${letter(i)} is not in this context, so its row does not change.`
          : `${letter(i)} is in the context ${
            places.length === 1 ? "once" : `${places.length} times`
          }: the gradient of what was copied from here.`,
        formula: places.length === 0
          ? undefined
          : `${parts.join(" + ")} = ${short(gradient.C[i * E + j])}`,
      };
    }
  }
}

function changeOf(look: Look, { part, at }: Picked): How {
  const { values, gradient, change, learningRate } = look;
  if (isWeight(part)) {
    return {
      words:
        "One step moves each weight against its gradient, by the learning rate.",
      formula: `−${learningRate} × ${short(gradient[part][at])} = ${
        short(change[part][at])
      }`,
    };
  }
  const before = values[part][at];
  return {
    words:
      "The same number after one step on this context alone, minus what it was.",
    formula: `${short(before + change[part][at])} − ${short(before)} = ${
      short(change[part][at])
    }`,
  };
}
