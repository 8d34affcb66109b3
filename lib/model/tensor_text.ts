/** Tensors in words, as PyTorch prints them. */

/** What a text needs to know of a tensor. */
export interface ShownTensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: ArrayLike<number | string | boolean>;
}

/** As `torch.set_printoptions(threshold=100)` has them. */
const [decimals, threshold, edgeItems, lineWidth] = [4, 100, 3, 80];

/**
 * The values of a tensor as PyTorch prints them, its shape and its dtype: four
 * decimals, of equal width, and of more than 100 values the first and last three
 * of each axis. If a value is below 0.0001 or above 10⁸, all are in scientific
 * notation.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { tensorText } from "./tensor_text.ts";
 *
 * assertEquals(
 *   tensorText({ shape: [2], dtype: "float32", values: [1, -0.25] }),
 *   "tensor([ 1.0000, -0.2500], shape=[2], dtype=float32)",
 * );
 * ```
 */
export function tensorText({ shape, dtype, values }: ShownTensor): string {
  const prefix = "tensor(";
  const isShort = values.length <= threshold;
  const shown: number[] = []; // the places of the values that are shown
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) shown.push(at);
    else {
      for (const i of picked(shape[axis])) {
        if (i !== undefined) visit(axis + 1, at * shape[axis] + i);
      }
    }
  };
  visit(0, 0);
  const format = formatter(shown.map((at) => values[at]), dtype);
  const texts = shown.map((at) => format(values[at]));
  const width = Math.max(0, ...texts.map(({ length }) => length));
  let next = 0;
  const cell = () => texts[next++].padStart(width);
  const body = prefix + write(0, prefix.length);
  const about = `shape=[${shape.join(", ")}], dtype=${dtype})`;
  const last = body.length - body.lastIndexOf("\n") - 1 + ", ".length;
  return last + about.length > lineWidth
    ? `${body},\n${" ".repeat(prefix.length)}${about}`
    : `${body}, ${about}`;

  /** The indices of an axis, with `undefined` for those left out. */
  function picked(size: number): (number | undefined)[] {
    const all = Array.from({ length: size }, (_, i) => i);
    if (isShort || size <= 2 * edgeItems) return all;
    return [...all.slice(0, edgeItems), undefined, ...all.slice(-edgeItems)];
  }

  /** One row, matrix … of the tensor, `indent` columns from the left. */
  function write(axis: number, indent: number): string {
    if (axis === shape.length) return cell();
    const depth = shape.length - axis;
    const gap = depth > 1 ? "..." : " ...";
    const parts = picked(shape[axis]).map((i) =>
      i === undefined ? gap : write(axis + 1, indent + 1)
    );
    const margin = " ".repeat(indent + 1);
    if (depth > 1) {
      return `[${parts.join("," + "\n".repeat(depth - 1) + margin)}]`;
    }
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < parts.length; i += perLine) {
      lines.push(parts.slice(i, i + perLine).join(", "));
    }
    return `[${lines.join(",\n" + margin)}]`;
  }
}

/** How the numbers of one tensor are written. */
function formatter(
  shown: readonly (number | string | boolean)[],
  dtype: string,
): (value: number | string | boolean) => string {
  if (dtype === "bool") return (value) => String(Boolean(value));
  if (dtype === "string") return (value) => JSON.stringify(value);
  if (dtype !== "float32") return String;
  const sizes = shown.map((value) => Math.abs(Number(value)))
    .filter((size) => size > 0 && size < Infinity);
  const isWhole = sizes.every(Number.isInteger);
  const isScientific = sizes.some((size) => size > 1e8 || size < 1e-4);
  return (value) => {
    const number = Number(value);
    if (!Number.isFinite(number)) return String(number);
    if (isScientific) return scientific(number);
    return isWhole ? `${number}.` : number.toFixed(decimals);
  };
}

/** "1.2346e-05": the exponent has a sign and at least two digits, as in C. */
function scientific(value: number): string {
  return value.toExponential(decimals).replace(/e([+-])(\d)$/, "e$10$2");
}
