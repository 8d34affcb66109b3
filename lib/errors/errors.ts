/**
 * The errors that a person at the terminal can act on. Each says in one sentence
 * what is wrong, where, and what to do. The command line prints the sentence and
 * exits with the code of the class.
 *
 * | class | exit code | what went wrong |
 * | --- | --- | --- |
 * | `UsageError` | 2 | an option is unknown or has an invalid value |
 * | `WordListError` | 3 | a word list or a text is missing, empty or invalid |
 * | `CheckpointError` | 4 | a checkpoint is damaged or does not fit |
 * | `RunFolderError` | 5 | a run folder is in use, exists or cannot be written |
 * | `DivergenceError` | 6 | the loss is not finite |
 *
 * Invalid arguments in a program throw a `RangeError` or a `TypeError`, as
 * elsewhere in JavaScript; sizes that there is no memory for throw an
 * `OutOfMemoryError`, which is a `RangeError` too.
 */

/** There is not enough memory for what was asked for. */
export class OutOfMemoryError extends RangeError {
  /** Always `"OutOfMemoryError"`. */
  override readonly name = "OutOfMemoryError";
}

/** An error with an exit code, the base class of the others. */
export abstract class MakemoreError extends Error {
  /** The exit code of the command line. */
  abstract readonly exitCode: number;
}

/** An option is unknown or has an invalid value. */
export class UsageError extends MakemoreError {
  /** Always `"UsageError"`. */
  override readonly name = "UsageError";
  /** The exit code 2, as in most programs. */
  readonly exitCode = 2;
}

/** A word list or a text is missing, empty or invalid. */
export class WordListError extends MakemoreError {
  /** Always `"WordListError"`. */
  override readonly name = "WordListError";
  /** The exit code 3. */
  readonly exitCode = 3;
}

/** A checkpoint is damaged or does not fit the model. */
export class CheckpointError extends MakemoreError {
  /** Always `"CheckpointError"`. */
  override readonly name = "CheckpointError";
  /** The exit code 4. */
  readonly exitCode = 4;
}

/** A run folder is in use, exists or cannot be written. */
export class RunFolderError extends MakemoreError {
  /** Always `"RunFolderError"`. */
  override readonly name = "RunFolderError";
  /** The exit code 5. */
  readonly exitCode = 5;
}

/** The loss is not finite. */
export class DivergenceError extends MakemoreError {
  /** Always `"DivergenceError"`. */
  override readonly name = "DivergenceError";
  /** The exit code 6. */
  readonly exitCode = 6;
  /** The step whose loss is not finite, counted from 0. */
  readonly step: number;
  /** The loss: `NaN` or an infinity. */
  readonly loss: number;

  /** Makes an error that names the step and what to try. */
  constructor(step: number, loss: number, learningRate: number) {
    super(
      `The loss of step ${step} is ${loss}, with learning rate ${learningRate}: ` +
        "try a smaller learning rate",
    );
    this.step = step;
    this.loss = loss;
  }
}
