/**
 * Sampled softmax, after Bengio and Senécal 2003. A step looks at few tokens: at
 * candidates that are drawn for the whole batch, and at the targets of the rows.
 * The logit of each is lowered by the log of how often it is expected among the
 * candidates. The meaning is that of TensorFlow's `sampled_softmax_loss` with
 * `log_uniform_candidate_sampler(unique=True)`: a candidate that is a row's
 * target counts once, and a target that is no candidate is seen by its own rows
 * alone. For each row, the naive form is
 *
 *     seen = candidates ∪ {target}
 *     z[v] = logits[v] − log(expected count of v)   for v in seen, else −∞
 *     loss = logsumexp(z) − z[target]
 *
 * The columns of these tokens are gathered into a small output layer. The step
 * works with it as with the whole one, and its columns are put back afterwards.
 */

import { allocate, commit } from "./memory";
import { random32, uniform53 } from "./generator";
import { ROW } from "./matrix_products";
import { exp64, log, sumOfLanes } from "./vector_maths";
import { b2, Q, V, W2, W2Panel } from "./model";
import { drawnTargetOf, R, setTarget, targets } from "./batch";
import { db2, first } from "./activations";
import { scratch } from "./threads";
import { columns4, outputPanel, useColumns } from "./output_layer";
import { shrink } from "./decay";

/** How many different tokens are drawn. */
let drawn: u32 = 0;
/** How many draws it took. */
let tries: u32 = 0;
/** The tokens drawn, then the targets that are not among them. */
let tokens: usize = 0; // u32[most columns]
let count: u32 = 0;
/** The column of a token; an entry of an earlier epoch, a step, is not there. */
let columnOfToken: usize = 0; // { epoch: u32, column: u32 }[V]
let epoch: u32 = 0;

/** log(V + 1), and log(1 − P(token)) of each token. */
let logOfV: f64 = 0;
let logsOfOthers: usize = 0; // f64[V]

/** Their columns of the output layer, rounded up to a multiple of 4. */
let weights: usize = 0; // f32[Q][columns4][8]
let bias: usize = 0; // f32[columns4]

/**
 * Lays out so many candidates for batches of so many rows, above the batch;
 * false if there is not enough memory.
 */
export function layOutCandidates(candidates: u32, rows: u32): bool {
  drawn = candidates;
  const most = mostColumns(candidates, rows);
  tokens = allocate(most, 4);
  columnOfToken = allocate(V, 8);
  logsOfOthers = allocate(V, 8);
  weights = allocate(u64(Q) * most, ROW);
  bias = allocate(most, 4);
  if (!commit()) return false;
  forgetAll();
  logOfV = log(f64(V + 1));
  for (let token: u32 = 0; token < V; token++) {
    store<f64>(logsOfOthers + 8 * token, log(1.0 - probabilityOf(token)));
  }
  return true;
}

/** The most columns that there can be, rounded up to a multiple of 4. */
export function mostColumns(candidates: u32, rows: u32): u32 {
  return u32((min(u64(V), u64(candidates) + rows) + 3) & ~3);
}

/** No token has a column. */
function forgetAll(): void {
  epoch = 0;
  memory.fill(columnOfToken, 0, V * 8);
}

/**
 * P(k) = log((k + 2)/(k + 1)) / log(V + 1), which is about 1/(k + 1): as often as
 * words occur in a text whose vocabulary is sorted by frequency (Zipf).
 */
function probabilityOf(token: u32): f64 {
  return log(1.0 + 1.0 / f64(token + 1)) / logOfV;
}

/** A token so drawn, of two random words, by the inverse of the distribution. */
function drawToken(): u32 {
  const high = random32();
  const u = uniform53(high, random32());
  const token = u32(exp64(u * logOfV)) - 1;
  return min(token, V - 1); // rounding may reach V + 1
}

/** The column of a token: its own, or the next one if it has none yet. */
function place(token: u32): u32 {
  const known = columnOfToken + 8 * token;
  if (load<u32>(known) == epoch) return load<u32>(known, 4);
  store<u32>(known, epoch);
  store<u32>(known, count, 4);
  store<u32>(tokens + 4 * count, token);
  return count++;
}

/**
 * Draws the candidates of a step, tokens until so many are different, and gives
 * the targets of the rows their columns.
 */
export function drawCandidates(): void {
  if (++epoch == 0) {
    forgetAll();
    epoch = 1;
  }
  count = 0;
  tries = 0;
  while (count < drawn) {
    place(drawToken());
    tries++;
  }
  for (let row: u32 = 0; row < R; row++) {
    setTarget(row, place(drawnTargetOf(row)), row);
  }

  useColumns((count + 3) & ~3, weights, bias);
}

/**
 * Makes one panel p of the small output layer, and its share of the biases; zeros
 * in the columns that are left over:
 *
 *     for each column c of token v:
 *       weights[p][c] = W2[p][v]
 *       bias[c] = b2[v] − log(1 − (1 − P(v))^tries)
 */
export function gatherPanel(p: u32): void {
  const from = W2 + p * W2Panel(), to = weights + p * outputPanel();
  for (let column: u32 = 0; column < count; column++) {
    copyRow(to + column * ROW, from + load<u32>(tokens + 4 * column) * ROW);
  }
  memory.fill(to + count * ROW, 0, (columns4 - count) * ROW);
  const end = (p + 1) * columns4 / Q;
  for (let column = p * columns4 / Q; column < end; column++) {
    store<f32>(bias + 4 * column, column < count ? biasOf(column) : 0);
  }
}

function biasOf(column: u32): f32 {
  const token = load<u32>(tokens + 4 * column);
  const never = exp64(f64(tries) * load<f64>(logsOfOthers + 8 * token));
  return f32(f64(load<f32>(b2 + 4 * token)) - log(1.0 - never));
}

/** Copies the 8 numbers that a panel has of a column. */
function copyRow(to: usize, from: usize): void {
  v128.store(to, v128.load(from, 0), 0);
  v128.store(to, v128.load(from, 16), 16);
}

/**
 * Sets logits of columns after the candidates to −∞, but for each row's own
 * target, in the block of 4 rows of the tile that begins with `row`, and in so
 * many columns from one on, whose logits are at `block`:
 *
 *     for each row r, column c ≥ drawn: if (c ≠ target of r) logits[r][c] = −∞
 */
export function hideOthersTargets(
  row: u32,
  block: usize, // f32[count][4]
  column: u32,
  count: u32,
): void {
  const hidden = max(drawn, column) - column;
  if (hidden >= count) return;
  const own = scratch; // f32[4]: the logits of the rows' own targets
  const lanes = min(4, R - first - row);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const target = load<u32>(targets + 4 * (first + row + lane)) - column * 16;
    if (target >= count * 16) continue;
    store<f32>(own + 4 * lane, load<f32>(block + target));
  }
  for (let i = hidden; i < count; i++) {
    v128.store(block + i * 16, f32x4.splat(-Infinity));
  }
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const target = load<u32>(targets + 4 * (first + row + lane)) - column * 16;
    if (target >= count * 16) continue;
    store<f32>(block + target, load<f32>(own + 4 * lane));
  }
}

/**
 * Weight decay of one panel of W2. It is for all tokens: with it the time of a
 * step depends on V.
 */
export function shrinkPanel(p: u32): void {
  shrink(W2 + p * W2Panel(), W2Panel());
}

/** Puts some columns of one panel of the small output layer back into W2. */
export function scatterColumns(p: u32, first: u32, end: u32): void {
  const to = W2 + p * W2Panel(), from = weights + p * outputPanel();
  for (let column = first; column < min(end, count); column++) {
    copyRow(to + load<u32>(tokens + 4 * column) * ROW, from + column * ROW);
  }
}

/** Adds db2 to b2. */
export function scatterBias(): void {
  for (let column: u32 = 0; column < count; column++) {
    const at = b2 + 4 * load<u32>(tokens + 4 * column);
    const gradient = sumOfLanes(v128.load(db2 + 16 * column));
    store<f32>(at, load<f32>(at) + gradient);
  }
}
