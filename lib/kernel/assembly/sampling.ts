/**
 * New words, token by token, drawn as PyTorch draws them: `multinomial(probs, 1)`
 * gives every token its own exponential time q and takes the token with the
 * largest p/q. For each word, the naive form is
 *
 *     context = prompt
 *     repeat
 *       p = softmax(logits(context) / temperature), of the topK largest logits
 *       token = argmax(p / q), with q drawn anew for each token
 *       context = context without its first token, then token
 *     until token = 0, or the word has maxLength tokens
 *
 * The probabilities of a context are kept for as long as the call lasts, since
 * most contexts come again.
 */

import { allocate, commit, release } from "./memory";
import { randomWords, uniform53 } from "./generator";
import { ROW } from "./matrix_products";
import {
  exp,
  largestOfLanes,
  log,
  multiplyAdd,
  storeTanh,
  sumOfLanes,
  sumsOfLanes,
} from "./vector_maths";
import {
  b1,
  b2,
  C,
  E,
  E4,
  P,
  Q,
  stage,
  stageBytes,
  T,
  V,
  V4,
  W1,
  W1Panel,
  W2,
  W2Panel,
} from "./model";
import { areEqual, hashOf } from "./rows";

/** What the logits are divided by, and how many of them are kept. */
let temperature: f32 = 1;
let topK: u32 = 0;

/** The context of the next token, and the one that every word starts from. */
let context: usize = 0; // u16[T]
let prompt: usize = 0; // u16[T]
/** How many tokens the word on its way has. */
let length: u32 = 0;
/** The hidden layer, and after it x if the output layer sees it too. */
let hiddenRow: usize = 0; // f32[Q][8]
let sorted: usize = 0; // u32[V]
let scratch: usize = 0; // u32[2·V4]
let bounds: usize = 0; // f32[V4]

/** The contexts that are kept. The hash of a context says where it may be. */
let places: u32 = 0;
let keys: usize = 0; // u16[places][T + 1]; the first is 1 if the place is taken
let kept: usize = 0; // f32[places][V4]

/**
 * Lays out what `words` words need, from `below` on; false if there is not
 * enough memory. Nothing is kept from before, since weights may have changed.
 */
export function layOutSampling(below: u64, words: u32): bool {
  release(below);
  context = allocate(T, 2);
  prompt = allocate(T, 2);
  hiddenRow = allocate(Q, ROW);
  sorted = allocate(V, 4);
  scratch = allocate(V4, 8);
  bounds = allocate(V4, 4);
  // Places for some contexts a word, but not more than 16 MB of them.
  const most = (1 << 24) / (u64(V4) * 4 + T * 2);
  places = 1;
  while (places < 65536 && places < 8 * words && places * 2 <= most) {
    places *= 2;
  }
  keys = allocate(u64(places) * (T + 1), 2);
  kept = allocate(u64(places) * V4, 4);
  if (!commit()) return false;
  memory.fill(keys, 0, places * (T + 1) * 2);
  return true;
}

/** Starts a call, with the prompt on the stage, u16[T]. */
export function beginSampling(divisor: f32, k: u32): void {
  temperature = divisor;
  topK = k;
  memory.copy(prompt, stage, T * 2);
  restart();
}

/** The next word starts from the prompt. */
function restart(): void {
  length = 0;
  memory.copy(context, prompt, T * 2);
}

/**
 * Writes the tokens of words to the stage, u16, with a token 0 after each, until
 * there are `words` words or the stage is full; a word that is not finished goes
 * on at the next call. Returns how many tokens it wrote, or −1 if the
 * probabilities are not numbers.
 */
export function sampleWords(words: u32, maxLength: u32): i32 {
  const end = stage + stageBytes;
  let at = stage;
  for (; words > 0 && at < end; at += 2) {
    let token: u32 = 0;
    if (length < maxLength) {
      const row = keptProbabilities();
      if (row == 0) return -1;
      token = draw(row);
    }
    store<u16>(at, token);
    if (token == 0) {
      words--;
      restart();
    } else {
      length++;
      for (let t: u32 = 0; t + 1 < T; t++) {
        store<u16>(context + 2 * t, load<u16>(context + 2 * t, 2));
      }
      store<u16>(context + 2 * (T - 1), token);
    }
  }
  return i32(at - stage) / 2;
}

/** The address of the context's probabilities, f32[V4]; 0 if they are NaN. */
function keptProbabilities(): usize {
  const place = hashOf(context) & (places - 1);
  const key = keys + place * (T + 1) * 2;
  const row = kept + place * V4 * 4;
  if (load<u16>(key) == 1 && areEqual(key + 2, context)) return row;
  store<u16>(key, 1);
  memory.copy(key + 2, context, T * 2);
  return computeProbabilities(row) ? row : 0;
}

/**
 * softmax(logits / temperature) of the context, into f32[V4], four at a time:
 *
 *     z = hidden @ W2 (+ x @ Wd) + b2
 *     p[v] = exp((z[v] − max(z)) / temperature) / Σ exp((z − max(z)) / temperature)
 *
 * The largest z is taken off before the division, which then cannot overflow,
 * however small the temperature is. False if the probabilities are NaN.
 */
export function computeProbabilities(row: usize): bool {
  computeHiddenRow();
  let largest: f32 = -Infinity;
  for (let v: u32 = 0; v < V4; v += 4) {
    const z = f32x4.add(fourLogits(v), v128.load(b2 + v * 4));
    v128.store(row + v * 4, z);
  }
  for (let v: u32 = 0; v < V; v++) {
    largest = max(largest, load<f32>(row + v * 4)); // NaN if one of them is
  }
  if (topK > 0 && topK < V) keepLargest(row);
  for (let v = V; v < V4; v++) store<f32>(row + v * 4, -Infinity);
  let sum = f32x4.splat(0);
  for (let v: u32 = 0; v < V4; v += 4) {
    const z = f32x4.sub(v128.load(row + v * 4), f32x4.splat(largest));
    const e = exp(f32x4.div(z, f32x4.splat(temperature)));
    sum = f32x4.add(sum, e);
    v128.store(row + v * 4, e);
  }
  const total = sumOfLanes(sum);
  for (let v: u32 = 0; v < V4; v += 4) {
    const e = v128.load(row + v * 4);
    v128.store(row + v * 4, f32x4.div(e, f32x4.splat(total)));
  }
  return total > 0;
}

/** The logits of four tokens, without b2: hiddenRow @ [W2; Wd], [Q·8] @ [Q·8, 4]. */
function fourLogits(v: u32): v128 {
  let a = f32x4.splat(0), b = f32x4.splat(0);
  let c = f32x4.splat(0), d = f32x4.splat(0);
  let w = W2 + v * ROW;
  const end = hiddenRow + Q * ROW;
  for (let h = hiddenRow; h < end; h += ROW) {
    const h0 = v128.load(h, 0), h1 = v128.load(h, 16);
    a = multiplyAdd(h0, v128.load(w, 0), a);
    a = multiplyAdd(h1, v128.load(w, 16), a);
    b = multiplyAdd(h0, v128.load(w, 32), b);
    b = multiplyAdd(h1, v128.load(w, 48), b);
    c = multiplyAdd(h0, v128.load(w, 64), c);
    c = multiplyAdd(h1, v128.load(w, 80), c);
    d = multiplyAdd(h0, v128.load(w, 96), d);
    d = multiplyAdd(h1, v128.load(w, 112), d);
    w += W2Panel();
  }
  return sumsOfLanes(a, b, c, d);
}

/**
 * The hidden layer of the one context, 8 units of a panel at a time:
 *
 *     hiddenRow[p][j] = tanh(b1[p][j] + Σₜ Σₑ C[context[t]][e] · W1[p][t·E + e][j])
 *
 * With direct connections the panels after P are its embeddings.
 */
function computeHiddenRow(): void {
  if (Q > P) {
    const x = hiddenRow + P * ROW;
    for (let t: u32 = 0; t < T; t++) {
      const row = C + load<u16>(context + 2 * t) * E4 * 4;
      memory.copy(x + t * E4 * 4, row, E4 * 4);
    }
    if (T * E4 & 4) v128.store(x + T * E4 * 4, f32x4.splat(0));
  }
  for (let p: u32 = 0; p < P; p++) {
    let z0 = v128.load(b1 + p * ROW, 0), z1 = v128.load(b1 + p * ROW, 16);
    for (let t: u32 = 0; t < T; t++) {
      let c = C + load<u16>(context + 2 * t) * E4 * 4;
      let w = W1 + p * W1Panel() + t * E4 * ROW;
      for (const end = c + E * 4; c < end; c += 4, w += ROW) {
        const x = v128.load32_splat(c);
        z0 = multiplyAdd(x, v128.load(w, 0), z0);
        z1 = multiplyAdd(x, v128.load(w, 16), z1);
      }
    }
    storeTanh(hiddenRow + p * ROW, z0, z1);
  }
}

/**
 * Keeps the topK largest logits, of equal ones those of the lower tokens, and
 * sets the others to −∞. The K-th largest is found bit by bit: the bits of the
 * floats are mapped so that they compare as whole numbers, and `threshold` is the
 * largest number that at least K of them reach.
 */
function keepLargest(row: usize): void {
  for (let v: u32 = 0; v < V; v++) {
    const bits = load<u32>(row + v * 4);
    const negative = (bits & 0x80000000) != 0;
    store<u32>(sorted + v * 4, negative ? ~bits : bits | 0x80000000);
  }
  let threshold: u32 = 0;
  for (let bit: u32 = 0x80000000; bit; bit >>= 1) {
    if (countFrom(threshold | bit) >= topK) threshold |= bit;
  }
  const above = threshold == u32.MAX_VALUE ? 0 : countFrom(threshold + 1);
  let equal = topK - above;
  for (let v: u32 = 0; v < V; v++) {
    const key = load<u32>(sorted + v * 4);
    const keep = key > threshold || (key == threshold && equal > 0);
    if (key == threshold && equal > 0) equal--;
    if (!keep) store<f32>(row + v * 4, -Infinity);
  }
}

/** How many of the mapped logits are not less than this. */
function countFrom(threshold: u32): u32 {
  let count: u32 = 0;
  for (let v: u32 = 0; v < V; v++) {
    count += u32(load<u32>(sorted + v * 4) >= threshold);
  }
  return count;
}

/**
 * The token drawn: the argmax of p/q, of equal ones the first, where each token
 * has its own q = −log(1 − u), with u made of two random words.
 *
 * Logarithms are slow, and bounds of q are nearly always enough to say which one
 * token can win:
 *
 *     2u/(2 − u) ≤ q ≤ u(2 − u)/(2(1 − u))
 *
 * So the first loop, four tokens at a time, finds the largest lower bound of p/q,
 * and the second takes the logarithm for those tokens whose upper bound reaches
 * it.
 */
function draw(row: usize): u32 {
  const words = randomWords(2 * V, scratch);
  let largest = f32x4.splat(0);
  for (let v: u32 = 0; v < V4; v += 4) {
    // u to 21 bits: not less than `low` and not more than `high`
    const ab = v128.load(words + 8 * v, 0), cd = v128.load(words + 8 * v, 16);
    const high32 = v128.shuffle<i32>(ab, cd, 0, 2, 4, 6);
    const bits = v128.and(high32, i32x4.splat(0x1fffff));
    const low = f32x4.mul(
      f32x4.convert_i32x4_s(bits),
      f32x4.splat(1.0 / 2097152.0),
    );
    const high = f32x4.add(low, f32x4.splat(1.0 / 2097152.0));
    const two = f32x4.splat(2.0);
    const p = v128.load(row + 4 * v);
    const least = f32x4.div(
      f32x4.mul(f32x4.mul(p, two), f32x4.sub(f32x4.splat(1.0), high)),
      f32x4.mul(high, f32x4.sub(two, high)),
    );
    const most = f32x4.div(
      f32x4.mul(p, f32x4.sub(two, low)),
      f32x4.mul(two, low),
    );
    largest = f32x4.pmax(largest, least);
    v128.store(bounds + 4 * v, most);
  }
  // One part in 10,000 is for what rounding does to the bounds.
  const bar = f32x4.splat(largestOfLanes(largest) * f32(0.9999));
  let best: f32 = 0;
  let token: u32 = 0;
  for (let v: u32 = 0; v < V4; v += 4) {
    let can = i32x4.bitmask(f32x4.ge(v128.load(bounds + 4 * v), bar));
    for (; can; can &= can - 1) {
      const i = v + ctz(can);
      const at = words + 8 * i;
      const u = uniform53(load<u32>(at), load<u32>(at, 4));
      const score = load<f32>(row + 4 * i) / f32(abs(log(1.0 - u)));
      if (score > best) {
        best = score;
        token = i;
      }
    }
  }
  return token;
}
