/**
 * The two matrix products that all stages are made of, blocked so that a tile
 * of 4 × 8 results (or 4 × 2 sums) stays in registers.
 *
 * The hidden dimension is cut into panels of 8: a matrix with rows along it is
 * kept as [panels][rows][8], so that within a panel everything is contiguous,
 * whatever the hidden size. A left factor is kept in blocks of 4, [M/4][K][4].
 */

import { multiplyAdd, sumsOfLanes } from "./vector_maths";

/** Columns of a panel, and their bytes. */
export const PANEL: u32 = 8;
export const ROW: usize = 32;

/**
 * out[m][·] (+)= Σₖ left[m/4][k][m%4] · b[k][·] for one panel of 8 columns.
 *
 * `leftBlock` is the distance in bytes from one block of 4 rows to the next.
 * Where only half of the last block is needed only half is computed. What is
 * there already is added last, so that it is rounded once.
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
 * out[m/4][n][m%4] = Σⱼ a[m][j] · b[n][j] over the hidden dimension, for 4
 * rows of a and 2 of b at a time: `columns` is rounded up to a multiple of 2.
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
 * Reads four vectors for nothing. V8 compares the address of each access with
 * the size of memory less what lies before the access's end. If a loop has met
 * these differences before it begins they are kept, and not made on each pass.
 */
function touch(at: usize): void {
  v128.load(at, 0), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48);
}

/** to += from, over so many bytes: whole vectors. */
export function addAll(to: usize, from: usize, bytes: usize): void {
  for (const end = to + bytes; to < end; to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}

/** A 4 × 4 block turned over: rows at `from` become columns at `to`. */
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
