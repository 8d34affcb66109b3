/**
 * Compares a derivative worked out by hand with TensorFlow.js's, and says what
 * is wrong with it. The lecture's `cmp` says whether; this also says where, and
 * recognises the usual slips.
 */

import * as tf from "@tensorflow/tfjs";

/**
 * How far two correct results may be apart, as a share of the largest element:
 * both add up to some hundred float32 products, each rounded to 6e-8, in an
 * order of their own.
 */
const tolerance = 1e-5;

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
  const [a, b] = [mine.dataSync(), theirs.dataSync()];
  const gaps = Array.from(a, (value, i) => Math.abs(value - b[i]));
  const size = Math.max(...b.map(Math.abs));
  const off = gaps.flatMap((gap, i) => gap <= tolerance * size ? [] : [i]);
  if (off.length === 0) {
    const largest = Math.max(...gaps);
    return largest === 0
      ? `exact. All ${a.length} elements are equal.`
      : `close. The largest difference is ${
        largest.toExponential(1)
      }: rounding.`;
  }
  const at = off.find((i) => Number.isNaN(a[i])) ??
    off.reduce((most, i) => gaps[i] > gaps[most] ? i : most);
  return `not yet. ${off.length} of ${a.length} elements are wrong, most of ` +
    `all [${placeOf(at, mine.shape)}]: yours is ${short(a[at])}, it must be ` +
    `${short(b[at])}.${hintOnValues(a, b)}`;
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

function hintOnValues(
  mine: ArrayLike<number>,
  theirs: ArrayLike<number>,
): string {
  const a = Array.from(mine);
  const b = Array.from(theirs);
  if (a.every((value) => value === 0)) {
    return " Hint: still nothing but zeros.";
  }
  if (!a.every(Number.isFinite)) {
    return " Hint: NaN and Infinity come from dividing by 0, or from its logarithm.";
  }
  const dot = (x: number[], y: number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  const factor = dot(a, b) / dot(b, b);
  const size = Math.max(...b.map(Math.abs)) * Math.abs(factor);
  const isMultiple = factor !== 0 &&
    a.every((value, i) => Math.abs(value - factor * b[i]) <= 1e-3 * size);
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
  ];
  return ` Hint: ${slips.filter(Boolean).join(", and ")}.`;
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
