/**
 * The two matrix products that everything is made of. Each works on a tile of
 * results that stays in registers over its inner loop: 4 × 8 sums, or 4 × 2.
 *
 * The hidden dimension is cut into panels of 8 units. A matrix with rows along it
 * is stored as [panels][rows][8], so that a panel is contiguous whatever the
 * hidden size is. A left factor is stored in blocks of 4 rows, [M/4][K][4], so
 * that one vector has the same column of four rows.
 */

import { multiplyAdd, sumsOfLanes } from "./vector_maths";

/** Columns of a panel, and their bytes. */
export const PANEL: u32 = 8;
export const ROW: usize = 32;

/**
 * out (+)= left @ b for one panel of 8 columns: [rows, K] @ [K, 8].
 *
 *     for m < rows, j < 8:
 *       out[m][j] = (add ? out[m][j] : 0) + Σₖ left[m / 4][k][m % 4] · b[k][j]
 *
 * A tile is 4 rows × 8 columns, in 8 vectors; for each k it takes one vector of
 * left, whose lanes are spread one by one, and two of b. Of the last block only
 * half is computed where two rows are enough. What is in `out` already is added
 * last, so that it is rounded once.
 *
 * `leftBlock` is the distance in bytes from one block of 4 rows to the next.
 */
export function multiply(
  left: usize, // [blocks][K][4]
  leftBlock: usize,
  b: usize, // [K][8]
  out: usize, // [rows, rounded up to 4][8]
  rows: u32,
  K: u32,
  add: bool,
): void {
  const pairs = (rows + 1) / 2;
  const blocks = pairs / 2;
  for (let block: u32 = 0; block < blocks; block++) {
    let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
    let pa = left, pb = b;
    for (let k: u32 = 0; k < K; k++) {
      const b0 = v128.load(pb, 0), b1 = v128.load(pb, 16);
      const four = v128.load(pa);
      let a = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
      c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
      a = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
      c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
      a = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
      c20 = multiplyAdd(a, b0, c20), c21 = multiplyAdd(a, b1, c21);
      a = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
      c30 = multiplyAdd(a, b0, c30), c31 = multiplyAdd(a, b1, c31);
      pa += 16;
      pb += ROW;
    }
    if (add) {
      c00 = f32x4.add(c00, v128.load(out, 0));
      c01 = f32x4.add(c01, v128.load(out, 16));
      c10 = f32x4.add(c10, v128.load(out, 32));
      c11 = f32x4.add(c11, v128.load(out, 48));
      c20 = f32x4.add(c20, v128.load(out, 64));
      c21 = f32x4.add(c21, v128.load(out, 80));
      c30 = f32x4.add(c30, v128.load(out, 96));
      c31 = f32x4.add(c31, v128.load(out, 112));
    }
    v128.store(out, c00, 0), v128.store(out, c01, 16);
    v128.store(out, c10, 32), v128.store(out, c11, 48);
    v128.store(out, c20, 64), v128.store(out, c21, 80);
    v128.store(out, c30, 96), v128.store(out, c31, 112);
    left += leftBlock;
    out += 4 * ROW;
  }
  if (pairs % 2 == 1) {
    let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
    for (let k: u32 = 0; k < K; k++) {
      const b0 = v128.load(b, 0), b1 = v128.load(b, 16);
      const four = v128.load(left);
      let a = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
      c00 = multiplyAdd(a, b0, c00), c01 = multiplyAdd(a, b1, c01);
      a = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
      c10 = multiplyAdd(a, b0, c10), c11 = multiplyAdd(a, b1, c11);
      left += 16;
      b += ROW;
    }
    if (add) {
      c00 = f32x4.add(c00, v128.load(out, 0));
      c01 = f32x4.add(c01, v128.load(out, 16));
      c10 = f32x4.add(c10, v128.load(out, 32));
      c11 = f32x4.add(c11, v128.load(out, 48));
    }
    v128.store(out, c00, 0), v128.store(out, c01, 16);
    v128.store(out, c10, 32), v128.store(out, c11, 48);
  }
}

/**
 * out = a @ bᵀ, a sum over the hidden dimension: [4·blocks, H] @ [H, columns].
 *
 *     for m < 4·blocks, n < columns:
 *       out[m / 4][n][m % 4] = Σₚ Σⱼ a[p][m][j] · b[p][n][j]
 *
 * A tile is 4 rows of a × 2 of b; each of its 8 vectors has four partial sums of
 * one result, which are added up at the end. `columns` is even.
 *
 * `aPanel` and `bPanel` are the bytes from panel to panel, `outBlock` those from
 * block to block.
 */
export function multiplyTransposed(
  a: usize, // [panels][rows of a][8]
  aPanel: usize,
  b: usize, // [panels][rows of b][8]
  bPanel: usize,
  out: usize, // [blocks][columns][4]
  outBlock: usize,
  blocks: u32,
  columns: u32,
  panels: u32,
): void {
  touch(a);
  for (let n: u32 = 0; n < columns; n += 2) {
    for (let block: u32 = 0; block < blocks; block++) {
      let c00 = f32x4.splat(0), c10 = f32x4.splat(0);
      let c20 = f32x4.splat(0), c30 = f32x4.splat(0);
      let c01 = f32x4.splat(0), c11 = f32x4.splat(0);
      let c21 = f32x4.splat(0), c31 = f32x4.splat(0);
      let pa = a + block * 4 * ROW, pb = b + n * ROW;
      for (let p: u32 = 0; p < panels; p++) {
        let b0 = v128.load(pb, 0), b1 = v128.load(pb, 32);
        let a0 = v128.load(pa, 0);
        c00 = multiplyAdd(a0, b0, c00), c01 = multiplyAdd(a0, b1, c01);
        let a1 = v128.load(pa, 32);
        c10 = multiplyAdd(a1, b0, c10), c11 = multiplyAdd(a1, b1, c11);
        let a2 = v128.load(pa, 64);
        c20 = multiplyAdd(a2, b0, c20), c21 = multiplyAdd(a2, b1, c21);
        let a3 = v128.load(pa, 96);
        c30 = multiplyAdd(a3, b0, c30), c31 = multiplyAdd(a3, b1, c31);
        b0 = v128.load(pb, 16), b1 = v128.load(pb, 48);
        a0 = v128.load(pa, 16);
        c00 = multiplyAdd(a0, b0, c00), c01 = multiplyAdd(a0, b1, c01);
        a1 = v128.load(pa, 48);
        c10 = multiplyAdd(a1, b0, c10), c11 = multiplyAdd(a1, b1, c11);
        a2 = v128.load(pa, 80);
        c20 = multiplyAdd(a2, b0, c20), c21 = multiplyAdd(a2, b1, c21);
        a3 = v128.load(pa, 112);
        c30 = multiplyAdd(a3, b0, c30), c31 = multiplyAdd(a3, b1, c31);
        pa += aPanel;
        pb += bPanel;
      }
      const to = out + block * outBlock + n * 16;
      v128.store(to, sumsOfLanes(c00, c10, c20, c30), 0);
      v128.store(to, sumsOfLanes(c01, c11, c21, c31), 16);
    }
  }
}

/**
 * Reads four vectors and drops them. V8 compares the address of each access with
 * the size of the memory less the end of the access. Where a loop finds these
 * differences already made, it does not make them again on each turn.
 */
function touch(at: usize): void {
  v128.load(at, 0), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48);
}

/** to += from, for so many bytes of whole vectors. */
export function addAll(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}

/**
 * Turns a block of 4 × 4 floats over, with `fromRow` and `toRow` bytes from row
 * to row:
 *
 *     for i < 4, j < 4: to[j][i] = from[i][j]
 */
export function transpose(
  from: usize,
  fromRow: usize,
  to: usize,
  toRow: usize,
): void {
  const a = v128.load(from), b = v128.load(from + fromRow);
  const c = v128.load(from + 2 * fromRow), d = v128.load(from + 3 * fromRow);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5); // a0 b0 a1 b1
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7); // a2 b2 a3 b3
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to + toRow, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  v128.store(to + 2 * toRow, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5));
  v128.store(to + 3 * toRow, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7));
}
