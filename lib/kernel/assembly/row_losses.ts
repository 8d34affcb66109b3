/**
 * What each row of the data set loses by itself, −log p of its token, while
 * equal contexts are still computed once.
 */

import { allocate, commit } from "./memory";
import { V } from "./model";
import { contextOfRow, D, N, targetOfRow } from "./rows";
import { R } from "./batch";
import { logits, logitsBlock } from "./activations";
import { addBias, sumOfExps } from "./forward";
import { log } from "./vector_maths";

/** The rows in the order of their contexts, and where each context's end. */
let order: usize = 0; // u32[N]
let ends: usize = 0; // u32[D + 1]

export let rowLosses: usize = 0; // f64[N]

/** Lanes to be read one by one. */
const largestOfRow = memory.data(16, 16); // f32[4]
const sumOfRow = memory.data(16, 16); // f32[4]

/** Lays out the losses above the whole batch; false if memory does not do. */
export function layOutRowLosses(): bool {
  order = allocate(N, 4);
  ends = allocate(u64(D) + 1, 4);
  rowLosses = allocate(N, 8);
  if (!commit()) return false;
  memory.fill(ends, 0, (D + 1) * 4);
  for (let i: u32 = 0; i < N; i++) {
    const counter = ends + 4 * load<u32>(contextOfRow + 4 * i);
    store<u32>(counter, load<u32>(counter, 4) + 1, 4);
  }
  for (let context: u32 = 1; context < D; context++) {
    const counter = ends + 4 * context;
    store<u32>(counter, load<u32>(counter) + load<u32>(counter - 4));
  }
  // Each stands where its context begins, and moves to where that ends.
  for (let i: u32 = 0; i < N; i++) {
    const place = ends + 4 * load<u32>(contextOfRow + 4 * i);
    const at = load<u32>(place);
    store<u32>(order + 4 * at, i);
    store<u32>(place, at + 1);
  }
  return true;
}

/** From the logits of the contexts from `first` to the losses of their rows. */
export function storeRowLosses(first: u32, contexts: u32): void {
  for (let context: u32 = 0; context < contexts; context += 4) {
    const block = logits + (context / 4) * logitsBlock(); // [V][4]
    const largest = addBias(block, block + V * 16);
    v128.store(largestOfRow, largest);
    v128.store(sumOfRow, sumOfExps(block, block + V * 16, largest));
    for (let lane: u32 = 0; lane < 4; lane++) {
      const row = first + context + lane;
      if (row >= R) break;
      const total = log(f64(load<f32>(sumOfRow + 4 * lane))) +
        f64(load<f32>(largestOfRow + 4 * lane));
      let place: u32 = row == 0 ? 0 : load<u32>(ends + 4 * row - 4);
      for (const end = load<u32>(ends + 4 * row); place < end; place++) {
        const i = load<u32>(order + 4 * place);
        const target: u32 = load<u16>(targetOfRow + 2 * i);
        const z = load<f32>(block + target * 16 + lane * 4);
        store<f64>(rowLosses + 8 * i, total - f64(z));
      }
    }
  }
}
