/**
 * Sums of products; and tanh, exp and log by polynomials, which use no operation
 * whose result depends on the machine but multiplyAdd, see lib/kernel/instances.ts.
 *
 * The constants are in memory, four times each: loading a vector from a fixed
 * address is cheaper than building one.
 */

/** Writes each of `count` numbers four times into a table. */
function spread(numbers: usize, count: u32, table: usize): void {
  for (let i: u32 = 0; i < count; i++) {
    v128.store(table + 16 * i, v128.load32_splat(numbers + 4 * i));
  }
}

/**
 * a·b + c in four lanes: rounded once in the fused build, where the processor
 * can, and twice in the separate one. The addend comes first there, so that in a
 * chain of them each is finished before the next begins, which saves registers.
 */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? f32x4.relaxed_madd(a, b, c)
    : f32x4.add(c, f32x4.mul(a, b));
}

/** c − a·b in four lanes, rounded in the same way. */
export function subtractProduct(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? f32x4.relaxed_nmadd(a, b, c)
    : f32x4.sub(c, f32x4.mul(a, b));
}

/**
 * Whether this build, on this machine, rounds a·b + c once: (1 + x)² − (1 + 2x)
 * is then x², and otherwise 0, for an x whose square is lost beside 1. The
 * argument keeps the compiler from computing it beforehand.
 */
export function isFused(x: f32): bool {
  const a = f32x4.splat(1.0 + x), c = f32x4.splat(-1.0 - 2.0 * x);
  return f32x4.extract_lane(multiplyAdd(a, a, c), 0) != 0;
}

/** The sum of the four lanes. */
export function sumOfLanes(a: v128): f32 {
  return (f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 2)) +
    (f32x4.extract_lane(a, 1) + f32x4.extract_lane(a, 3));
}

/** The largest of the four lanes. */
export function largestOfLanes(a: v128): f32 {
  return max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
}

/** Four sums at once: lane i is the sum of the lanes of the i-th vector. */
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
 * tanh(x) = 2nq/(n² + q²), where n/q = tanh(x/2) with n = x·N(x²) and
 * q = Q(x²). The larger x is, the less the result depends on n/q, so N and Q are
 * short: fitted for this by weighted least squares, their greatest relative error
 * is 7.5e-9. N(0) and Q(0) are just below 1 and 2, where rounding is finest. The
 * result is at most 3.5 units in the last place from tanh: 1 for large x, and
 * 1 + 2⁻²³ for some a little smaller.
 */
const TANH = memory.data(16 * 9, 16);
spread(
  memory.data<f32>([
    9.02, // from here on tanh is 1 in float32
    -9.02,
    2.264426711917622e-06, // Q, highest power first
    0.0022226052824407816,
    0.20834463834762573,
    1.8420000076293945,
    0.00010524236859055236, // N
    0.027422351762652397,
    0.9210000038146973,
  ], 16),
  9,
  TANH,
);

/**
 * Stores tanh(x) and tanh(y), four lanes each, at `to`: two at once share the
 * constants. A NaN stays NaN, since pmin and pmax keep their first argument.
 */
export function storeTanh(to: usize, x: v128, y: v128): void {
  let c = v128.load(TANH, 0), d = v128.load(TANH, 16);
  x = f32x4.pmax(f32x4.pmin(x, c), d);
  y = f32x4.pmax(f32x4.pmin(y, c), d);
  const x2 = f32x4.mul(x, x), y2 = f32x4.mul(y, y);
  c = v128.load(TANH, 32), d = v128.load(TANH, 48);
  let q = multiplyAdd(x2, c, d), r = multiplyAdd(y2, c, d);
  c = v128.load(TANH, 64);
  q = multiplyAdd(q, x2, c), r = multiplyAdd(r, y2, c);
  c = v128.load(TANH, 80);
  q = multiplyAdd(q, x2, c), r = multiplyAdd(r, y2, c);
  c = v128.load(TANH, 96), d = v128.load(TANH, 112);
  let n = multiplyAdd(x2, c, d), m = multiplyAdd(y2, c, d);
  c = v128.load(TANH, 128);
  n = f32x4.mul(multiplyAdd(n, x2, c), x);
  m = f32x4.mul(multiplyAdd(m, y2, c), y);
  const u = multiplyAdd(n, n, f32x4.mul(q, q));
  const v = multiplyAdd(m, m, f32x4.mul(r, r));
  n = f32x4.mul(f32x4.add(n, n), q);
  m = f32x4.mul(f32x4.add(m, m), r);
  v128.store(to, f32x4.div(n, u), 0);
  v128.store(to, f32x4.div(m, v), 16);
}

/** exp(x) = 2ⁿ·exp(r) with |r| ≤ ln(2)/2, and exp(r) by a polynomial. */
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

/** exp in four lanes for x ≤ 0: 0 below −87, and NaN for NaN. */
export function exp(x: v128): v128 {
  const low = v128.load(EXP, 0);
  const tooLow = f32x4.lt(x, low);
  x = f32x4.pmax(x, low);
  const magic = v128.load(EXP, 32);
  const t = multiplyAdd(x, v128.load(EXP, 16), magic);
  const n = f32x4.sub(t, magic);
  let r = multiplyAdd(n, v128.load(EXP, 48), x);
  r = multiplyAdd(n, v128.load(EXP, 64), r);
  let p = multiplyAdd(v128.load(EXP, 80), r, v128.load(EXP, 96));
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
 * The natural logarithm of a normal positive number: x = 2ᵏ·m with m near 1, and
 * log(m) = 2·atanh(s) with s = (m − 1)/(m + 1). A number that is not finite is
 * returned as it is.
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

/**
 * exp in float64, for x up to 700: 2ⁿ·exp(r) with |r| ≤ ln(2)/2, and exp(r) by
 * the first 14 terms of its series, which reach 2⁻⁵³. Below −700 it is 0.
 */
export function exp64(x: f64): f64 {
  if (x < -700.0) return 0;
  const n = nearest<f64>(x * 1.4426950408889634); // 1/ln(2)
  // ln(2) in two parts: multiples of the first are exact
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let sum = 1.0;
  for (let term = 13; term > 0; term--) sum = 1.0 + sum * r / f64(term);
  return sum * reinterpret<f64>((i64(n) + 1023) << 52);
}
