/**
 * What is measured: the rows of the table.
 */

/** A model's sizes, by the letters of the lecture's two models. */
export interface TaskModel {
  /** E, how many numbers stand for a token. */
  readonly embeddingSize: number;
  /** H, how many units the hidden layer has. */
  readonly hiddenSize: number;
}

/**
 * The kinds of work:
 *
 * - `minibatch`: one step of gradient descent on rows drawn at random
 * - `full batch`: one step on all rows
 * - `merged`: the same, by peers that merge equal contexts beforehand
 * - `loss`: the loss of all rows, without gradients
 * - `names`: one new name, drawn token by token
 */
export type Kind = "minibatch" | "full batch" | "merged" | "loss" | "names";

/** A row of the table. */
export interface Task {
  /** What `--only` calls it. */
  readonly name: string;
  /** What the table calls it. */
  readonly title: string;
  readonly kind: Kind;
  /** The model; that of `names` is the trained one of the package. */
  readonly model: TaskModel;
  /** Which rows: those of the training words, or of all words. */
  readonly rows: "train" | "all";
  /** How many rows go through the model at once. Default: all. */
  readonly rowsAtOnce?: number;
}

const small: TaskModel = { embeddingSize: 2, hiddenSize: 100 };
const large: TaskModel = { embeddingSize: 10, hiddenSize: 200 };

/** The tasks, as the table shows them; `{N}` stands for the number of rows. */
export const tasks: readonly Task[] = [
  ...[32, 512, 4096].map((rowsAtOnce): Task => ({
    name: `step-${rowsAtOnce}`,
    title: `one step, batch ${rowsAtOnce}, model 10/200`,
    kind: "minibatch",
    model: large,
    rows: "train",
    rowsAtOnce,
  })),
  {
    name: "full-batch",
    title: "full-batch step, {N} rows, model 2/100",
    kind: "full batch",
    model: small,
    rows: "all",
  },
  {
    name: "full-batch-merged",
    title: "the same, equal contexts merged beforehand",
    kind: "merged",
    model: small,
    rows: "all",
  },
  {
    name: "loss",
    title: "loss of {N} rows, model 10/200",
    kind: "loss",
    model: large,
    rows: "train",
  },
  {
    name: "loss-in-pieces",
    title: "the same, 4096 rows at a time",
    kind: "loss",
    model: large,
    rows: "train",
    rowsAtOnce: 4096,
  },
  {
    name: "names",
    title: "sampling, names per second",
    kind: "names",
    model: large,
    rows: "train",
  },
];
