/**
 * The hidden layer in two halves. The logits and the gradient of the embeddings
 * are sums over the hidden units: each is made half by half, and the two sums
 * are added. So two threads can do one half each, which has its own part of W1,
 * b1 and W2, and a single one that does both comes to the same bits.
 *
 * What the halves are depends on the model alone. A sampled step is not
 * divided.
 */

import { b1, P, Q, W1, W1Panel, W2, W2Panel } from "./model";
import { ROW } from "./matrix_products";

/** Which half is worked on, or both. */
const FIRST: u32 = 0;
export const SECOND: u32 = 1;
const BOTH: u32 = 2;
let half: u32 = BOTH;

/** The panel that the second half begins with: Q if there is only one. */
let middle: u32 = 0;

/** The layer has two halves, or for sampled steps one. */
export function divide(sampled: bool): void {
  middle = sampled ? Q : (Q + 1) / 2;
  half = BOTH;
}

/** From now on one half is worked on, or both. */
export function workOn(which: u32): void {
  half = which;
}

/** Whether there are two halves, whose sums are to be added. */
export function isDivided(): bool {
  return middle < Q;
}

/** The half that is worked on first, or alone; whether the second follows. */
export function ownHalf(): u32 {
  return half == BOTH ? FIRST : half;
}
export function doesBoth(): bool {
  return half == BOTH && isDivided();
}

/** The panels of a half, or of both: the first, and where they end. */
export function firstPanel(which: u32): u32 {
  return which == SECOND ? middle : 0;
}
export function endPanel(which: u32): u32 {
  return which == FIRST ? middle : Q;
}

/** The panels that are worked on; those of hidden units end at P. */
export function ownFirst(): u32 {
  return firstPanel(half);
}
export function ownEnd(): u32 {
  return endPanel(half);
}
export function ownEndOfHidden(): u32 {
  return min(P, endPanel(half));
}

/** Where the weights of a half are: 0 stands for W1, 1 for b1, 2 for W2. */
export function weightsOfHalf(which: u32, array: u32): usize {
  const first = firstPanel(which);
  if (array == 2) return W2 + first * W2Panel();
  const hidden = min(P, first);
  return array == 0 ? W1 + hidden * W1Panel() : b1 + hidden * ROW;
}
export function weightBytesOfHalf(which: u32, array: u32): u32 {
  const first = firstPanel(which), end = endPanel(which);
  if (array == 2) return u32((end - first) * W2Panel());
  const hidden = min(P, end) - min(P, first);
  return u32(hidden * (array == 0 ? W1Panel() : ROW));
}
