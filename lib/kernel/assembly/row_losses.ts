/**
 * The loss of each row of the data set, −log p(target), in the order of the
 * rows. Equal contexts are still computed once:
 *
 *     for each context c, row i that has it:
 *       rowLosses[i] = logsumexp(z[c]) − z[c][target of i]
 */

import { allocate, commit } from "./memory";
import {
  contextOfRow,
  countGroups,
  D,
  N,
  nextPlace,
  targetOfRow,
} from "./rows";
import { logits, logitsBlock } from "./activations";
import { storeLogsOfSums } from "./loss";

/** The rows sorted by context; those of c are `begins[c]` to `begins[c + 1]`. */
let sorted: usize = 0; // u32[N]
let begins: usize = 0; // u32[D + 2]

export let rowLosses: usize = 0; // f64[N]

/** logsumexp(z) of four contexts. */
const logsOfSums = memory.data(32, 16); // f64[4]

/** Lays out the losses above the whole batch; false without enough memory. */
export function layOutRowLosses(): bool {
  sorted = allocate(N, 4);
  begins = allocate(u64(D) + 2, 4);
  rowLosses = allocate(N, 8);
  if (!commit()) return false;
  countGroups(contextOfRow, N, begins, D);
  for (let i: u32 = 0; i < N; i++) {
    const at = nextPlace(begins, load<u32>(contextOfRow + 4 * i));
    store<u32>(sorted + 4 * at, i);
  }
  return true;
}

/** From the logits of a tile of contexts to the losses of their rows. */
export function storeRowLosses(first: u32, end: u32): void {
  for (let context = first; context < end; context++) {
    const lane = (context - first) & 3;
    const block = logits + (context - first) / 4 * logitsBlock(); // f32[V][4]
    if (lane == 0) storeLogsOfSums(block, logsOfSums);
    const logOfSum = load<f64>(logsOfSums + 8 * lane);
    let at = load<u32>(begins + 4 * context);
    for (const past = load<u32>(begins + 4 * context, 4); at < past; at++) {
      const i = load<u32>(sorted + 4 * at);
      const target: u32 = load<u16>(targetOfRow + 2 * i);
      const z = load<f32>(block + target * 16 + lane * 4);
      store<f64>(rowLosses + 8 * i, logOfSum - f64(z));
    }
  }
}
