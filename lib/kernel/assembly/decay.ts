/**
 * Weight decay: before a step's gradient is added, weights lose a part of
 * themselves. The gradient is that of the weights before.
 */

/** What part of each weight a step takes: learning rate times weight decay. */
export let decay: f32 = 0;

/** Sets what the next steps take. */
export function setDecay(part: f32): void {
  decay = part;
}

/** w −= decay · w, over so many bytes: whole vectors. */
export function shrink(w: usize, bytes: usize): void {
  const part = f32x4.splat(decay);
  for (const end = w + bytes; w < end; w += 16) {
    const before = v128.load(w);
    v128.store(w, f32x4.sub(before, f32x4.mul(part, before)));
  }
}
