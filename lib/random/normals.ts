/**
 * Normally distributed float32 numbers, bit by bit those of PyTorch's
 * vectorized code on x86: the Box–Muller transform with the Cephes polynomials
 * for logarithm, sine and cosine, in single precision with fused multiply-adds.
 * `Math.log`, `Math.sin` and `Math.cos` are more accurate and give other bits.
 *
 * PyTorch: `normal_fill` in `aten/src/ATen/native/cpu/DistributionTemplates.h`
 * with `log256_ps` and `sincos256_ps` of `avx_mathfun.h`.
 */

/** How many numbers are transformed at a time: eight pairs. */
export const BLOCK = 16;

const f32 = Math.fround;

/**
 * `a * b + c`, rounded to float32. The product of two float32 numbers is exact
 * in float64, so the sum is rounded like that of a fused multiply-add.
 */
function fma(a: number, b: number, c: number): number {
  return f32(a * b + c);
}

const bits = new DataView(new ArrayBuffer(4));

const LOG_POLYNOMIAL = Float32Array.of(
  7.0376836292e-2,
  -1.1514610310e-1,
  1.1676998740e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
);
const SQRT_HALF = f32(0.707106781186547524);
const LN2_LOW = f32(-2.12194440e-4);
const LN2_HIGH = f32(0.693359375);
const SMALLEST_NORMAL = 2 ** -126;

/** The natural logarithm of a float32 in (0, 1]. */
function log(value: number): number {
  bits.setFloat32(0, Math.max(value, SMALLEST_NORMAL));
  const pattern = bits.getUint32(0);
  // value = mantissa · 2^exponent, with the mantissa in [0.5, 1)
  let exponent = (pattern >>> 23) - 126;
  bits.setUint32(0, (pattern & 0x007fffff) | 0x3f000000);
  const mantissa = bits.getFloat32(0);

  let x = f32(mantissa - 1);
  if (mantissa < SQRT_HALF) {
    exponent -= 1;
    x = f32(x + mantissa);
  }
  const z = f32(x * x);
  let y = LOG_POLYNOMIAL[0];
  for (let i = 1; i < LOG_POLYNOMIAL.length; i++) {
    y = fma(y, x, LOG_POLYNOMIAL[i]);
  }
  y = f32(y * x);
  y = fma(y, z, f32(exponent * LN2_LOW));
  y = fma(-z, 0.5, y);
  return fma(exponent, LN2_HIGH, f32(x + y));
}

const FOUR_OVER_PI = f32(1.27323954473516);
// π/4 in three parts, so that subtracting multiples of it is exact
const PI_OVER_4 = Float32Array.of(
  0.78515625,
  2.4187564849853515625e-4,
  3.77489497744594108e-8,
);
const SINE = Float32Array.of(
  -1.9515295891e-4,
  8.3321608736e-3,
  -1.6666654611e-1,
);
const COSINE = Float32Array.of(
  2.443315711809948e-5,
  -1.388731625493765e-3,
  4.166664568298827e-2,
);

/** The sine and the cosine of a float32 in [0, 2π). */
function sinCos(angle: number): [sin: number, cos: number] {
  const octant = (Math.trunc(f32(angle * FOUR_OVER_PI)) + 1) & ~1;
  let x = angle;
  for (const part of PI_OVER_4) x = fma(octant, -part, x);
  const z = f32(x * x);

  let c = fma(COSINE[0], z, COSINE[1]);
  c = fma(c, z, COSINE[2]);
  c = fma(f32(c * z), z, -f32(z * 0.5));
  c = f32(c + 1);

  let s = fma(SINE[0], z, SINE[1]);
  s = fma(s, z, SINE[2]);
  s = fma(f32(s * z), x, x);

  const [sin, cos] = octant & 2 ? [c, s] : [s, c];
  return [octant & 4 ? -sin : sin, ~(octant - 2) & 4 ? -cos : cos];
}

const TWO_PI = f32(2 * Math.PI);

/**
 * Transforms 16 uniform numbers in [0, 1) to standard normal numbers, in place.
 * The numbers at `j` and `j + 8` are a pair, for `j` from 0 to 7.
 *
 * @param data the numbers, float32
 * @param start the index of the first of the 16
 */
export function boxMuller(data: Float32Array, start: number): void {
  for (let j = start; j < start + BLOCK / 2; j++) {
    const u1 = f32(1 - data[j]);
    const u2 = data[j + BLOCK / 2];
    const radius = f32(Math.sqrt(f32(-2 * log(u1))));
    const [sin, cos] = sinCos(f32(TWO_PI * u2));
    // PyTorch multiplies by std and adds the mean, 0, which turns −0 into 0
    data[j] = f32(radius * cos) + 0;
    data[j + BLOCK / 2] = f32(radius * sin) + 0;
  }
}
