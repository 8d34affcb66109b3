/**
 * SHA-256, FIPS 180-4. A browser's own is missing where a page is not secure: in
 * the output of a notebook, or over http in a local network.
 */

/** The first 32 bits of the fractional part of a number. */
const fraction = (x: number): number => Math.floor((x % 1) * 2 ** 32);
const PRIMES = [2];
for (let n = 3; PRIMES.length < 64; n += 2) {
  if (PRIMES.every((prime) => n % prime !== 0)) PRIMES.push(n);
}
const K = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));

/**
 * The SHA-256 of bytes, in hexadecimal.
 *
 * @param bytes the bytes
 */
export function sha256(bytes: Uint8Array): string {
  const blocks = Math.ceil((bytes.length + 9) / 64);
  const padded = new Uint8Array(64 * blocks);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, 8n * BigInt(bytes.length));
  const state = Uint32Array.from(START);
  const w = new Uint32Array(64);
  const turn = (x: number, by: number) => x >>> by | x << 32 - by;
  for (let at = 0; at < padded.length; at += 64) {
    for (let t = 0; t < 16; t++) w[t] = view.getUint32(at + 4 * t);
    for (let t = 16; t < 64; t++) {
      const [x, y] = [w[t - 15], w[t - 2]];
      w[t] = w[t - 16] + (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) +
        w[t - 7] + (turn(y, 17) ^ turn(y, 19) ^ y >>> 10);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 64; t++) {
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
        (e & f ^ ~e & g) + K[t] + w[t];
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
        (a & b ^ a & c ^ b & c);
      [h, g, f, e, d, c, b, a] = [g, f, e, d + one | 0, c, b, a, one + two | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => state[i] += x);
  }
  return Array.from(state, (x) => x.toString(16).padStart(8, "0")).join("");
}
