/**
 * The errors that a person at the terminal can do something about. Each says
 * in one sentence what was wrong, where, and what to do; the command line
 * prints that sentence and ends with the class's exit code.
 *
 * | class | exit code | what went wrong |
 * | --- | --- | --- |
 * | `UsageError` | 2 | an option is unknown, or its value is of the wrong kind |
 * | `WordListError` | 3 | a word list or a text is missing, empty, or none |
 * | `CheckpointError` | 4 | a checkpoint is damaged, or does not fit |
 * | `RunFolderError` | 5 | a run folder is in use, exists, or can't be written |
 * | `DivergenceError` | 6 | the loss stopped being a finite number |
 *
 * A wrong argument in a program is a `RangeError` or a `TypeError`, as
 * elsewhere in JavaScript.
 */

/** What all errors of this package have in common: an exit code. */
export abstract class MakemoreError extends Error {
  /** The exit code with which the command line ends, see the module. */
  abstract readonly exitCode: number;
}

/** An option is unknown, or its value is of the wrong kind. */
export class UsageError extends MakemoreError {
  /** Always `"UsageError"`. */
  override readonly name = "UsageError";
  /** The exit code of a wrong call, as most programs have it. */
  readonly exitCode = 2;
}

/** A word list or a text is missing, empty, or none. */
export class WordListError extends MakemoreError {
  /** Always `"WordListError"`. */
  override readonly name = "WordListError";
  /** See the table of the module. */
  readonly exitCode = 3;
}

/** A checkpoint is damaged, or does not fit the model. */
export class CheckpointError extends MakemoreError {
  /** Always `"CheckpointError"`. */
  override readonly name = "CheckpointError";
  /** See the table of the module. */
  readonly exitCode = 4;
}

/** A run folder is in use, exists already, or can't be written. */
export class RunFolderError extends MakemoreError {
  /** Always `"RunFolderError"`. */
  override readonly name = "RunFolderError";
  /** See the table of the module. */
  readonly exitCode = 5;
}

/** The loss stopped being a finite number. */
export class DivergenceError extends MakemoreError {
  /** Always `"DivergenceError"`. */
  override readonly name = "DivergenceError";
  /** See the table of the module. */
  readonly exitCode = 6;
  /** The step whose loss was not finite, counted from 0. */
  readonly step: number;
  /** That loss: `NaN` or an infinity. */
  readonly loss: number;

  /** Says at which step, and what to try. */
  constructor(step: number, loss: number, learningRate: number) {
    super(
      `The loss of step ${step} is ${loss}, with learning rate ${learningRate}: ` +
        "try a smaller learning rate",
    );
    this.step = step;
    this.loss = loss;
  }
}
