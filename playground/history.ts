/** The losses of a run, in bounded memory however long it is. */

/** A mean loss of some steps. */
interface Bucket {
  /** The step after the last one in it. */
  readonly end: number;
  readonly loss: number;
}

/** The losses of train and dev at a step. */
interface Judgement {
  readonly step: number;
  readonly train: number;
  readonly dev: number;
}

/** The most points of a curve. */
const MOST = 600;

/** The losses of a run so far. */
export class History {
  /** Mean losses of minibatches, each of the same number of steps. */
  readonly buckets: Bucket[] = [];
  readonly judgements: Judgement[] = [];
  /** The number of steps of a bucket. */
  width = 1;
  #sum = 0;
  #count = 0;

  /** Forgets all of it. */
  clear(): void {
    this.buckets.length = this.judgements.length = 0;
    this.width = 1;
    this.#sum = this.#count = 0;
  }

  /** Takes the losses of the steps up to one. */
  add(step: number, losses: Float64Array): void {
    losses.forEach((loss, i) => {
      this.#sum += loss;
      if (++this.#count < this.width) return;
      const end = step - losses.length + i + 1;
      this.buckets.push({ end, loss: this.#sum / this.#count });
      this.#sum = this.#count = 0;
      if (this.buckets.length === MOST) this.#widen();
    });
  }

  /** Takes losses of train and dev. */
  judge(judgement: Judgement): void {
    if (this.judgements.at(-1)?.step === judgement.step) this.judgements.pop();
    this.judgements.push(judgement);
    if (this.judgements.length < MOST) return;
    // the curve bends at the beginning, so its first points stay
    const thinned = this.judgements.filter((_, i) => i < 20 || i % 2 === 0);
    this.judgements.splice(0, MOST, ...thinned);
  }

  /** Two buckets become one. */
  #widen(): void {
    for (let i = 0; i < MOST / 2; i++) {
      const [a, b] = this.buckets.slice(2 * i, 2 * i + 2);
      this.buckets[i] = { end: b.end, loss: (a.loss + b.loss) / 2 };
    }
    this.buckets.length = MOST / 2;
    this.width *= 2;
  }

  /** All of it as a table. */
  toCsv(): string {
    const rows = [
      ...this.buckets.map(({ end, loss }) => [end, loss, "", ""] as const),
      ...this.judgements.map(({ step, train, dev }) =>
        [step, "", train, dev] as const
      ),
    ].sort((a, b) => a[0] - b[0]);
    return "steps,minibatches,train,dev\n" +
      rows.map((row) => row.join(",") + "\n").join("");
  }
}
