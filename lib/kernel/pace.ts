/**
 * Whether two threads are faster than one, as measured: they are not where the
 * other core is busy with something else.
 */

/** How many times in a row two threads may be slower than one was. */
const PATIENCE = 3;
/**
 * How many times work is then done alone before two are tried again, once; each
 * time in vain it is twice as often, up to the most.
 */
const REST = 10;
const MOST_REST = 640;
/** How many kinds of work are remembered. */
const MOST_KINDS = 32;

const paces = new Map<string, Pace>();

/** How fast one kind of work goes. */
export function paceOf(kind: string): Pace {
  const known = paces.get(kind);
  if (known) return known;
  const pace = new Pace();
  paces.set(kind, pace);
  if (paces.size > MOST_KINDS) paces.delete(paces.keys().next().value!);
  return pace;
}

/** Remembers how long a step took alone, and decides by that. */
export class Pace {
  #alone = 0;
  #slower = 0;
  #rest = 1; // once alone, to know how long that takes
  #nextRest = REST;

  /** Whether the next steps are for two threads. */
  isForTwo(): boolean {
    return this.#rest === 0;
  }

  /** A step took one thread so many milliseconds. */
  ofOne(milliseconds: number): void {
    this.#alone = milliseconds;
    if (this.#rest > 0) this.#rest--;
  }

  /** A step took two threads so many milliseconds. */
  ofTwo(milliseconds: number): void {
    if (milliseconds <= this.#alone) {
      this.#slower = 0;
      this.#nextRest = REST;
    } else if (++this.#slower >= PATIENCE) {
      this.#slower = PATIENCE - 1;
      this.#rest = this.#nextRest;
      this.#nextRest = Math.min(2 * this.#nextRest, MOST_REST);
    }
  }
}
