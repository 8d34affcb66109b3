/**
 * Weight decay: before the gradient of a step is added, each weight loses a part
 * of itself. The gradient is that of the weights before both.
 */

import { subtractProduct } from "./vector_maths";

/** The part that a step takes: learning rate · weight decay. */
export let decay: f32 = 0;

/** Sets it for the steps that follow. */
export function setDecay(part: f32): void {
  decay = part;
}

/** w −= decay · w, for so many bytes of whole vectors. */
export function shrink(w: usize, bytes: usize): void {
  if (decay == 0) return;
  const part = f32x4.splat(decay);
  for (const end = w + bytes; w < end; w += 16) {
    const before = v128.load(w);
    v128.store(w, subtractProduct(part, before, before));
  }
}
