/**
 * Compares a derivative worked out by hand with TensorFlow.js's, and says what
 * is wrong with it. The lecture's `cmp` says whether; this also says where, and
 * recognises the usual slips.
 */

import type * as tf from "@tensorflow/tfjs";

/**
 * Prints how far a tensor is right: `exact`, `close` (up to rounding), or where
 * it is wrong, with a hint.
 *
 * @param name what the tensor is called in the printed line
 * @param mine the tensor that is checked
 * @param theirs the right one
 */
export function check(name: string, mine: tf.Tensor, theirs: tf.Tensor): void {
  console.log(`${name}: ${verdict(mine, theirs)}`);
}

/** What {@linkcode check} prints after the name. */
export function verdict(mine: tf.Tensor, theirs: tf.Tensor): string {
  if (mine.shape.join() !== theirs.shape.join()) {
    return `not yet. Its shape is [${mine.shape}], but it must be [${theirs.shape}].` +
      hintOnShape(mine, theirs);
  }
  const [a, b] = [mine, theirs].map((tensor) => Array.from(tensor.dataSync()));
  if (a.every((value) => value === 0) && b.some((value) => value !== 0)) {
    return "not yet. Still nothing but zeros.";
  }
  const gaps = a.map((value, i) => Math.abs(value - b[i]));
  const allowed = tolerances(b);
  const off = gaps.flatMap((gap, i) => gap <= allowed[i] ? [] : [i]);
  if (off.length === 0) {
    const share = Math.max(...gaps) / Math.max(...b.map(Math.abs));
    return share === 0
      ? `exact. All ${a.length} elements are equal.`
      : `close. Only rounding differs, by at most ${
        share.toExponential(0)
      } of the largest element.`;
  }
  const at = off.find((i) => Number.isNaN(a[i])) ??
    off.reduce((most, i) => gaps[i] > gaps[most] ? i : most);
  return `not yet. ${off.length} of ${a.length} elements are wrong, most of ` +
    `all [${placeOf(at, mine.shape)}]: yours is ${short(a[at])}, it must be ` +
    `${short(b[at])}.${hintOnValues(a, b)}`;
}

/**
 * How far a correct result may be from each element. Both are sums of some
 * hundred float32 products, rounded to 6e-8 each and added in another order: a
 * share of the element, and where the sum cancels, of a large element. (Not of
 * the largest: the slope of 1/p may be a million times all others.)
 */
function tolerances(values: number[]): number[] {
  const sizes = values.map(Math.abs).filter((size) => size > 0)
    .sort((a, b) => a - b);
  const large = sizes[Math.floor(0.9 * sizes.length)] ?? 0;
  return values.map((value) => 1e-4 * Math.abs(value) + 1e-5 * large);
}

function hintOnShape(mine: tf.Tensor, theirs: tf.Tensor): string {
  const [is, must] = [mine.shape, theirs.shape];
  if (mine.size === theirs.size) {
    return must.length === 2 && is.toReversed().join() === must.join()
      ? " Hint: the right size, but rows and columns are exchanged: transpose()."
      : " Hint: the right number of elements: reshape().";
  }
  if (is.length > must.length) {
    return " Hint: one axis too many: what was copied must be added up, sum().";
  }
  return is.length === 1 && must.length === 1
    ? " Hint: summed over the wrong axis? sum(0) adds up the rows, sum(1) each row."
    : "";
}

function hintOnValues(a: number[], b: number[]): string {
  if (!a.every(Number.isFinite)) {
    return " Hint: NaN and Infinity come from dividing by 0, or from its logarithm.";
  }
  const dot = (x: number[], y: number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  const factor = dot(a, b) / dot(b, b);
  const multiple = b.map((value) => factor * value);
  const allowed = tolerances(multiple);
  const isMultiple = factor !== 0 &&
    a.every((value, i) => Math.abs(value - multiple[i]) <= 10 * allowed[i]);
  if (!isMultiple) return "";
  const by = Math.abs(factor);
  const slips = [
    factor < 0 ? "its sign is wrong" : "",
    by > 1.001
      ? `it is ${short(by)} times too large, so a division is missing`
      : "",
    by < 0.999
      ? `it is ${short(1 / by)} times too small, so a division is too many`
      : "",
  ].filter(Boolean);
  return slips.length === 0 ? "" : ` Hint: ${slips.join(", and ")}.`;
}

/** The place of an element in a tensor of this shape, such as `"3, 0"`. */
function placeOf(index: number, shape: readonly number[]): string {
  return shape.toReversed().map((length) => {
    const place = index % length;
    index = Math.floor(index / length);
    return place;
  }).reverse().join(", ");
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
