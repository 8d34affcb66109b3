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

/** The largest of the four lanes. */
export function largestOfLanes(a: v128): f32 {
  return max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
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
 * tanh|x| = a/(a + 2) with a = exp(2|x|) − 1 = 2ⁿ·e + (2ⁿ − 1), where
 * 2|x| = n·ln(2) + r with |r| ≤ ln(2)/2, and e = exp(r) − 1 = r + r²·Q(r). So
 * small numbers keep their precision and large ones come to exactly 1.
 */
const TANH = memory.data(16 * 12, 16);
spread(
  memory.data<f32>([
    9.1, // from here on tanh is 1 in float32
    2.8853900817779268, // 2/ln(2)
    12582912.0, // 1.5·2²³: adding it rounds to a whole number
    -0.6931471805599453, // −ln(2)
    0.0013882515486329794, // Q, highest power first, within 1e-8 of e
    0.008366520516574383,
    0.04166720062494278,
    0.1666654348373413,
    0.4999999701976776,
    1.0,
    2.0,
    -0.0, // the sign's bit
  ], 16),
  12,
  TANH,
);

/**
 * Stores tanh(x) and tanh(y), each in four lanes, at `to`: two at once share
 * the constants. A NaN stays a NaN, since pmin keeps its first.
 */
export function storeTanh(to: usize, x: v128, y: v128): void {
  let c = v128.load(TANH, 0);
  let r = f32x4.pmin(f32x4.abs(x), c), s = f32x4.pmin(f32x4.abs(y), c);
  // The low bits of m and n are the whole numbers.
  c = v128.load(TANH, 16);
  let d = v128.load(TANH, 32);
  const m = multiplyAdd(r, c, d), n = multiplyAdd(s, c, d);
  c = v128.load(TANH, 48);
  r = multiplyAdd(f32x4.sub(m, d), c, f32x4.add(r, r));
  s = multiplyAdd(f32x4.sub(n, d), c, f32x4.add(s, s));
  const r2 = f32x4.mul(r, r), s2 = f32x4.mul(s, s);
  // Q by pairs of coefficients, which is the shorter way to the end.
  c = v128.load(TANH, 80);
  d = v128.load(TANH, 96);
  let p = multiplyAdd(c, r, d), q = multiplyAdd(c, s, d);
  c = v128.load(TANH, 64);
  p = multiplyAdd(c, r2, p), q = multiplyAdd(c, s2, q);
  c = v128.load(TANH, 112);
  d = v128.load(TANH, 128);
  p = multiplyAdd(p, r2, multiplyAdd(c, r, d));
  q = multiplyAdd(q, s2, multiplyAdd(c, s, d));
  c = v128.load(TANH, 144);
  const u = i32x4.add(i32x4.shl(m, 23), c); // 2ⁿ
  const v = i32x4.add(i32x4.shl(n, 23), c);
  // a = 2ⁿ·r²·Q + (2ⁿ·r + (2ⁿ − 1)): all but Q is ready before Q is.
  p = multiplyAdd(
    p,
    f32x4.mul(r2, u),
    multiplyAdd(r, u, f32x4.sub(u, c)),
  );
  q = multiplyAdd(
    q,
    f32x4.mul(s2, v),
    multiplyAdd(s, v, f32x4.sub(v, c)),
  );
  c = v128.load(TANH, 160);
  d = v128.load(TANH, 176);
  p = f32x4.div(p, f32x4.add(p, c)), q = f32x4.div(q, f32x4.add(q, c));
  v128.store(to, v128.or(p, v128.and(x, d)), 0);
  v128.store(to, v128.or(q, v128.and(y, d)), 16);
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

/**
 * exp in float64, for x up to 700: 2ⁿ·exp(r) with |r| ≤ ln(2)/2, and exp(r) by
 * its series, of which 14 terms reach 2⁻⁵³. Below −700 it is 0.
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
