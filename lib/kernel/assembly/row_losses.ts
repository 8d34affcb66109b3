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
import { first, logitsAt } from "./activations";
import { scratch } from "./threads";

/** The rows sorted by context; those of c are `begins[c]` to `begins[c + 1]`. */
let sorted: usize = 0; // u32[N]
let begins: usize = 0; // u32[D + 2]

export let rowLosses: usize = 0; // f64[N]

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

/**
 * From logsumexp(z), f64[4] in `scratch`, and z of a block of 4 contexts of the
 * tile to the losses of their rows.
 */
export function storeRowLosses(row: u32): void {
  for (let lane: u32 = 0; lane < min(4, D - first - row); lane++) {
    const logOfSum = load<f64>(scratch + 8 * lane);
    const begin = begins + 4 * (first + row + lane);
    const end = load<u32>(begin, 4);
    for (let at = load<u32>(begin); at < end; at++) {
      const i = load<u32>(sorted + 4 * at);
      const target: u32 = load<u16>(targetOfRow + 2 * i);
      const z = load<f32>(logitsAt(row, target) + lane * 4);
      store<f64>(rowLosses + 8 * i, logOfSum - f64(z));
    }
  }
}
