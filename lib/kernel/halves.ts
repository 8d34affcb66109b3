/**
 * What each of two threads does: it works on one half of the hidden layer, and
 * swaps numbers with the thread that works on the other. See assembly/halves.ts
 * for what the halves are, and threads.ts for who asks for it.
 *
 * The functions reach the second thread as their own source text, and so refer
 * to nothing outside of themselves.
 */

/** What two threads that share the work need of the module's exports. */
export interface HalfExports {
  memory: WebAssembly.Memory;
  setModel(
    V: number,
    T: number,
    E: number,
    H: number,
    direct: boolean,
  ): number;
  prepareWhole(): number;
  prepareBatches(size: number, candidates: number): number;
  generatorWords(): number;
  generatorPosition(): number;
  resumeGenerator(position: number): void;
  weightsAddress(): number;
  weightsSize(): number;
  rowsAddress(): number;
  rowsSize(): number;
  rowCount(): number;
  contextCount(): number;
  adopt(rows: number, contexts: number): number;
  /** 0 and 1 are the halves, 2 is both. */
  workOn(half: 0 | 1 | 2): void;
  drawBatch(size: number): void;
  mergedRows(): number;
  rowsOfTile(): number;
  beginPass(backward: boolean, rate: number, weightDecay: number): void;
  forwardTile(first: number): void;
  /** 0 if the loss is not finite. */
  finishTile(first: number): number;
  meanLoss(): number;
  gatherSlots(): void;
  updateLayers(): void;
  finishStep(): void;
  /** 0 and 1 are the halves of the tiles, not of the hidden layer. */
  passHalfOfTiles(half: 0 | 1): void;
  tileLossesAddress(): number;
  logitsAddress(): number;
  otherLogitsAddress(): number;
  logitsBytes(first: number): number;
  slotsAddress(): number;
  otherSlotsAddress(): number;
  slotsBytes(): number;
  longestMessage(): number;
  /** 0 is W1, 1 is b1, 2 is W2. */
  weightsOfHalf(half: number, array: number): number;
  weightBytesOfHalf(half: number, array: number): number;
}

/** Steps to be done, or a loss to be computed, by both threads. */
export interface SharedWork {
  /** Whether weights are updated; if not, there is one step, for its loss. */
  readonly backward: boolean;
  /** One for each step, which its loss replaces. */
  readonly rates: Float64Array;
  readonly weightDecay: number;
  /** The size of minibatches; 0 for all rows. */
  readonly batchSize: number;
}

/** Where one thread leaves bytes for the other, and finds those of the other. */
export interface Mailbox {
  /** Leaves bytes of a memory: the next message. */
  send(memory: WebAssembly.Memory, address: number, bytes: number): void;
  /**
   * Waits for the other's next message and puts its bytes into a memory.
   *
   * @throws {Error} if it is not waited for any longer
   */
  receive(memory: WebAssembly.Memory, address: number, bytes: number): void;
}

/** What both threads see. */
export interface MailboxData {
  /** Room for two messages of each thread. */
  readonly box: SharedArrayBuffer;
  /** Bytes of the box before the messages, and of the longest of them. */
  readonly offset: number;
  readonly longest: number;
  /** Numbers as `signals` names them. */
  readonly signals: Int32Array<SharedArrayBuffer>;
}

/** How often a thread looks before it sleeps: some 20 microseconds long. */
export const LOOKS = 2000;

/** What stands where in the numbers that both threads see. */
export const signals = {
  /** 1 as soon as the second thread runs, 2 if it failed. */
  state: 0,
  /** How many jobs the second thread has ended. */
  jobs: 1,
  /** How many messages each thread has sent; cache lines of their own. */
  sent: [16, 32],
  length: 48,
} as const;

/**
 * The mailbox of one half's thread.
 *
 * A thread sends its message before it receives the other's, so that it is at
 * most one ahead: there is room for two of each, which take turns.
 *
 * @param half whose it is
 * @param data what both threads see
 * @param sent how many messages were sent before, by each thread
 * @param wait is called until the number at an index is no longer `seen`
 */
export function openMailbox(
  half: 0 | 1,
  { box, offset, longest, signals }: MailboxData,
  sent: number,
  wait: (index: number, seen: number, looks: number) => void,
): Mailbox & { readonly sent: number } {
  // The two places of signals.sent, which is not known in the second thread.
  const MINE = half === 0 ? 16 : 32, THEIRS = half === 0 ? 32 : 16;
  const placeOf = (half: number, message: number) =>
    offset + (2 * half + (message & 1)) * longest;
  let received = sent;
  return {
    get sent() {
      return sent;
    },
    send(memory, address, bytes) {
      sent = (sent + 1) | 0;
      new Uint8Array(box, placeOf(half, sent), bytes)
        .set(new Uint8Array(memory.buffer, address, bytes));
      Atomics.store(signals, MINE, sent);
      Atomics.notify(signals, MINE);
    },
    receive(memory, address, bytes) {
      received = (received + 1) | 0;
      for (let looks = 0;; looks++) {
        const there = Atomics.load(signals, THEIRS);
        // The other may have sent its next message already.
        if (((there - received) | 0) >= 0) break;
        wait(THEIRS, there, looks);
      }
      new Uint8Array(memory.buffer, address, bytes)
        .set(new Uint8Array(box, placeOf(1 - half, received), bytes));
    },
  };
}

/**
 * Does one half of the work: of each step that of one half of the hidden layer,
 * so that both threads have all weights only in the end. For a loss there are no
 * weights to be kept, and each thread takes one half of the rows.
 *
 * @returns the steps done before a loss was not finite
 */
export function workOnHalf(
  kernel: HalfExports,
  half: 0 | 1,
  { backward, rates, weightDecay, batchSize }: SharedWork,
  { send, receive }: Mailbox,
): number {
  const { memory } = kernel;
  if (!backward) {
    const losses = kernel.tileLossesAddress();
    kernel.beginPass(false, 0, 0);
    kernel.passHalfOfTiles(half);
    send(memory, losses + 8 * half, 8);
    receive(memory, losses + 8 * (1 - half), 8);
    rates[0] = kernel.meanLoss();
    return Number.isFinite(rates[0]) ? 1 : 0;
  }
  const logits = kernel.logitsAddress();
  const otherLogits = kernel.otherLogitsAddress();
  const slots = kernel.slotsAddress();
  const otherSlots = kernel.otherSlotsAddress();
  const rowsOfTile = kernel.rowsOfTile();
  kernel.workOn(half);
  let step = 0;
  for (; step < rates.length; step++) {
    if (batchSize > 0) kernel.drawBatch(batchSize);
    kernel.beginPass(true, rates[step], weightDecay);
    const rows = kernel.mergedRows();
    for (let first = 0; first < rows; first += rowsOfTile) {
      const bytes = kernel.logitsBytes(first);
      kernel.forwardTile(first);
      send(memory, logits, bytes);
      receive(memory, otherLogits, bytes);
      if (!kernel.finishTile(first)) break;
    }
    rates[step] = kernel.meanLoss();
    if (!Number.isFinite(rates[step])) break;
    const bytes = kernel.slotsBytes();
    kernel.gatherSlots();
    send(memory, slots, bytes);
    kernel.updateLayers();
    receive(memory, otherSlots, bytes);
    kernel.finishStep();
  }
  for (let array = 0; array < 3; array++) {
    send(
      memory,
      kernel.weightsOfHalf(half, array),
      kernel.weightBytesOfHalf(half, array),
    );
    receive(
      memory,
      kernel.weightsOfHalf(1 - half, array),
      kernel.weightBytesOfHalf(1 - half, array),
    );
  }
  kernel.workOn(2);
  return step;
}
