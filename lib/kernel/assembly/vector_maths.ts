/**
 * tanh, exp and log by polynomials: the same bits on every machine.
 *
 * The constants stand in memory, four times each: loading a vector from a
 * fixed address is the cheapest way to have one, cheaper than building it.
 */

/** Puts each of `count` numbers four times into a table. */
function spread(numbers: usize, count: u32, table: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    v128.store(table + 16 * i, v128.load32_splat(numbers + 4 * i));
  }
}

/**
 * a·b + c in four lanes, rounded twice: strict, never fused. The addend comes
 * first so that in a chain of them each is finished before the next is begun,
 * which saves registers.
 */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(c, f32x4.mul(a, b));
}

/** The sum of the four lanes. */
export function sumOfLanes(a: v128): f32 {
  return (f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2)) +
    (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3));
}

/** Lane i of the result is the sum of the lanes of the i-th vector. */
export function sumsOfLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    v128.shuffle<f32>(a, b, 2, 6, 3, 7),
  ); // a0+a2 b0+b2 a1+a3 b1+b3
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    v128.shuffle<f32>(c, d, 2, 6, 3, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}

/**
 * tanh(x) = x·P(x²)/Q(x²), fitted on |x| ≤ 9.02 with a relative error of
 * 1e-8; from there on tanh is 1 in float32.
 */
const TANH = memory.data(16 * 14, 16);
spread(
  memory.data<f32>([
    9.02,
    -9.02,
    68.83529663085938, // P, highest power first
    42835.74609375,
    5435655.5,
    186933488.0,
    1356028544.0,
    2193.3623046875, // Q, whose highest coefficient is 1
    570537.0625,
    37612868.0,
    638942976.0,
    1356028544.0,
    1.0,
    -1.0,
  ], 16),
  14,
  TANH,
);

/**
 * Stores tanh(x) and tanh(y), each in four lanes, at `to`: two at once share
 * the constants' loads, which are what takes the time. A NaN stays a NaN: pmin
 * and pmax keep their first.
 */
export function storeTanh(to: usize, x: v128, y: v128): void {
  let c = v128.load(TANH, 0);
  x = f32x4.pmin(x, c), y = f32x4.pmin(y, c);
  c = v128.load(TANH, 16);
  x = f32x4.pmax(x, c), y = f32x4.pmax(y, c);
  const x2 = f32x4.mul(x, x), y2 = f32x4.mul(y, y);
  const x4 = f32x4.mul(x2, x2), y4 = f32x4.mul(y2, y2);
  // P and Q by pairs of coefficients, which is the shorter way to the end.
  c = v128.load(TANH, 48);
  let d = v128.load(TANH, 64);
  let px = multiplyAdd(c, x2, d), py = multiplyAdd(c, y2, d);
  c = v128.load(TANH, 32);
  px = multiplyAdd(c, x4, px), py = multiplyAdd(c, y4, py);
  c = v128.load(TANH, 80);
  d = v128.load(TANH, 96);
  px = multiplyAdd(px, x4, multiplyAdd(c, x2, d));
  py = multiplyAdd(py, y4, multiplyAdd(c, y2, d));
  c = v128.load(TANH, 128);
  d = v128.load(TANH, 144);
  let qx = multiplyAdd(c, x2, d), qy = multiplyAdd(c, y2, d);
  c = v128.load(TANH, 112);
  qx = multiplyAdd(f32x4.add(x2, c), x4, qx);
  qy = multiplyAdd(f32x4.add(y2, c), y4, qy);
  c = v128.load(TANH, 160);
  d = v128.load(TANH, 176);
  qx = multiplyAdd(qx, x4, multiplyAdd(c, x2, d));
  qy = multiplyAdd(qy, y4, multiplyAdd(c, y2, d));
  x = f32x4.div(f32x4.mul(x, px), qx), y = f32x4.div(f32x4.mul(y, py), qy);
  c = v128.load(TANH, 192);
  x = f32x4.pmin(x, c), y = f32x4.pmin(y, c);
  c = v128.load(TANH, 208);
  v128.store(to, f32x4.pmax(x, c), 0);
  v128.store(to, f32x4.pmax(y, c), 16);
}

/** exp(x) = 2ⁿ·exp(r) with |r| ≤ ln(2)/2, and exp(r) by its polynomial. */
const EXP = memory.data(16 * 12, 16);
spread(
  memory.data<f32>([
    -87.0,
    1.44269504088896341, // 1/ln(2)
    12582912.0, // 1.5·2²³: adding it rounds to a whole number
    -0.693359375, // −ln(2), the part whose multiples are exact
    2.12194440e-4, // and the rest
    1.9875691500e-4, // the polynomial, highest power first
    1.3981999507e-3,
    8.3334519073e-3,
    4.1665795894e-2,
    1.6666665459e-1,
    5.0000001201e-1,
    1.0,
  ], 16),
  12,
  EXP,
);

/** exp in four lanes for x ≤ 0; 0 below −87. A NaN stays a NaN. */
export function exp(x: v128): v128 {
  const low = v128.load(EXP, 0);
  const tooLow = f32x4.lt(x, low);
  x = f32x4.pmax(x, low);
  const magic = v128.load(EXP, 32);
  const t = multiplyAdd(x, v128.load(EXP, 16), magic);
  const n = f32x4.sub(t, magic);
  let r = multiplyAdd(n, v128.load(EXP, 48), x);
  r = multiplyAdd(n, v128.load(EXP, 64), r);
  let p = multiplyAdd(
    v128.load(EXP, 80),
    r,
    v128.load(EXP, 96),
  );
  p = multiplyAdd(p, r, v128.load(EXP, 112));
  p = multiplyAdd(p, r, v128.load(EXP, 128));
  p = multiplyAdd(p, r, v128.load(EXP, 144));
  p = multiplyAdd(p, r, v128.load(EXP, 160));
  const one = v128.load(EXP, 176);
  const y = f32x4.add(multiplyAdd(f32x4.mul(r, r), p, r), one);
  // The low bits of t are n, which goes into the exponent.
  const scale = i32x4.add(i32x4.shl(t, 23), one);
  return v128.andnot(f32x4.mul(y, scale), tooLow);
}

/**
 * The natural logarithm of a normal positive number: x = 2ᵏ·m with m near 1
 * and log(m) = 2·atanh(s), s = (m − 1)/(m + 1). What is not finite is given
 * back as it is.
 */
export function log(x: f64): f64 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<u64>(x);
  let k = i32(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    k++;
  }
  const s = (m - 1.0) / (m + 1.0);
  const z = s * s; // ≤ 0.0295, so ten terms reach 2⁻⁵³
  let sum = 1.0 / 21.0;
  sum = sum * z + 1.0 / 19.0;
  sum = sum * z + 1.0 / 17.0;
  sum = sum * z + 1.0 / 15.0;
  sum = sum * z + 1.0 / 13.0;
  sum = sum * z + 1.0 / 11.0;
  sum = sum * z + 1.0 / 9.0;
  sum = sum * z + 1.0 / 7.0;
  sum = sum * z + 1.0 / 5.0;
  sum = sum * z + 1.0 / 3.0;
  return f64(k) * 0.6931471805599453 + (2.0 * s + 2.0 * s * z * sum);
}
