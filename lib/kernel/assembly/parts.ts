/**
 * A large batch is worked on in two parts, half of its merged rows each. A
 * part has a loss and gradients of its own, which are added in the end: so two
 * threads can do one part each, and a single one that does both comes to the
 * same bits. What the parts are depends on the batch alone.
 */

import { allocate, commit } from "./memory";
import { V4 } from "./model";
import { D } from "./rows";
import { dEmbeddings, dTables, R } from "./batch";
import { db2, dW2 } from "./activations";

/** Fewer merged rows are one part: a second thread would not pay. */
const FEWEST_ROWS: u32 = 192;

/** The loss and the gradients of one part, while the other is worked on. */
export let aside: usize = 0; // f64, from byte 64 on dW2 to db2, then dTables on
const HEAD: usize = 64;

/** Whether there is room to put a part aside. */
let divisible = false;

/** Lays out room for a part of a batch of so many rows, after the batch. */
export function layOutParts(rows: u32): bool {
  divisible = mayHaveParts(rows);
  aside = allocate(divisible ? asideBytes(true) : 0, 1);
  return commit();
}

/** A batch that stays in one piece, whatever its size: a sampled one. */
export function layOutNoParts(): void {
  divisible = false;
}

/** Whether some batch of so many rows of the data set has two parts. */
export function mayHaveParts(rows: u32): bool {
  return min(rows, D) >= FEWEST_ROWS;
}

/** Whether the batch has two parts. */
export function hasParts(): bool {
  return divisible && R >= FEWEST_ROWS;
}

/** The merged row that a part begins with; part 2 is the batch's end. */
export function firstRowOf(part: u32): u32 {
  if (part == 0) return 0;
  return part == 1 && hasParts() ? (R / 2 + 3) & ~3 : R;
}

/** The gradients of the weights lie together, from dW2 to the end of db2. */
function weightBytes(): usize {
  return db2 + V4 * 16 - dW2;
}

/** The gradients of tables and embeddings, from dTables to the end of dDirect. */
function slotBytes(): usize {
  return dEmbeddings - dTables;
}

/** The bytes of a part's loss, and of its gradients if it has them. */
export function asideBytes(backward: bool): u64 {
  if (!backward) return HEAD;
  return u64(HEAD) + u64(weightBytes()) + u64(slotBytes());
}

/** Puts a part aside. */
export function setAside(loss: f64, backward: bool): void {
  store<f64>(aside, loss);
  if (!backward) return;
  memory.copy(aside + HEAD, dW2, weightBytes());
  memory.copy(aside + HEAD + weightBytes(), dTables, slotBytes());
}

/**
 * Adds the part that was put aside to this one, whose loss is `loss`, and
 * returns the loss of both. A sum of two numbers does not depend on their
 * order, but where the first part's loss is not finite it is that of both.
 */
export function joinAside(part: u32, loss: f64, backward: bool): f64 {
  const other = load<f64>(aside);
  const first = part == 0 ? loss : other;
  if (!isFinite(first)) return first;
  const sum = loss + other;
  if (backward && isFinite(sum)) {
    addAll(dW2, aside + HEAD, weightBytes());
    addAll(dTables, aside + HEAD + weightBytes(), slotBytes());
  }
  return sum;
}

/** to += from, over so many bytes: whole vectors. */
export function addAll(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}
