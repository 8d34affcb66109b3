/** What tells words or sentences from others, which may be too many to hold. */

/**
 * SHA-256 of words, one per line, or of sentences with a blank after each word.
 */
export class SequenceHash {
  // imported at the top it would slow the start of every command
  readonly #hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  #lines: string[] = [];
  #separator = "";

  /** Takes in the next word or sentence. */
  add(sequence: string | readonly string[]): void {
    this.#lines.push(
      typeof sequence === "string" ? sequence : sequence.join(" "),
    );
    if (this.#lines.length === 1024) this.#update();
  }

  #update(): void {
    this.#hash.update(this.#separator + this.#lines.join("\n"));
    this.#separator = "\n";
    this.#lines = [];
  }

  /** The hash of them all, in hexadecimal. */
  digest(): string {
    if (this.#lines.length > 0) this.#update();
    return this.#hash.digest("hex");
  }
}
