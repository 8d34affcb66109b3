/** The steps of the lesson: what each says, sets up and asks for. */

import type { Mode } from "./arithmetic.ts";
import { FIRST, LECTURE, type Settings } from "./settings.ts";

/** A step of the lesson. */
export interface LessonStep {
  readonly title: string;
  /** What it says, paragraph by paragraph. */
  readonly says: readonly string[];
  /** The one thing to try. */
  readonly asks: string;
  /** The settings to begin with. */
  readonly settings: Settings;
  /** How many of the embedded names it learns from; all without this. */
  readonly names?: number;
  /** The number of steps to take first. */
  readonly step?: number;
  /** What the look inside shows. */
  readonly look?: { word: string; place: number; mode: Mode };
  /** The part of the page to look at. */
  readonly at: "map" | "loss" | "write" | "inside" | "words";
}

const MAP: Settings = { ...FIRST, embeddingSize: 2 };

/** The lesson. */
export const LESSON: readonly LessonStep[] = [
  {
    title: "Guessing",
    says: [
      "The network reads a name letter by letter, and before each letter it says how likely it finds each of the 27: a to z, and the end of the name.",
      "It has learned nothing yet, so each gets about the same chance, 1 in 27. The loss is the surprise at the right letter: −ln(1/27) = 3.30. A loss of 0 would be no surprise at all.",
    ],
    asks:
      "Look at the loss: it begins on the line of guessing. Then read some of the new words: that is what guessing sounds like.",
    settings: FIRST,
    at: "loss",
  },
  {
    title: "Learning",
    says: [
      "In each step the network takes 32 places in names, compares its chances with the letters that really come, and moves each of its 11,897 numbers a little, so that the right letters become likelier.",
    ],
    asks:
      "Press Train, watch the loss fall below guessing, and pause when it is under 2.4. Read the new words again.",
    settings: FIRST,
    at: "loss",
  },
  {
    title: "Why the first loss is 26",
    says: [
      "The lecture's network begins with large random numbers. Then it is sure of a letter before it has seen anything, and nearly always wrong: that costs more than guessing, about 26 instead of 3.30.",
      "Scaled weights begin small, so the network begins undecided, and no step is spent on unlearning.",
    ],
    asks:
      "Press Step once some ten times and see how the loss tumbles. What the network learns here is only to be less sure.",
    settings: LECTURE,
    at: "loss",
  },
  {
    title: "Saturated units",
    says: [
      "A hidden unit adds up its inputs and bends the sum into −1 … 1. Near the ends it is saturated: whatever comes in, the same goes out, and the gradient stops there.",
      "With large weights most units are saturated, which the look inside counts.",
    ],
    asks:
      "In Inside, switch to Gradient and compare the rows z and h: where h is near ±1, hardly anything gets through to z.",
    settings: LECTURE,
    look: { word: "emma", place: 3, mode: "values" },
    at: "inside",
  },
  {
    title: "One number at a time",
    says: [
      "There is nothing in the network but multiplying, adding, and bending. Each number on the way can be worked out by hand.",
    ],
    asks:
      "In Inside press a cell of logits: this row times that column. Then press a cell of W2, set it to 3, and see whose chance grows.",
    settings: FIRST,
    step: 2000,
    look: { word: "emma", place: 3, mode: "values" },
    at: "inside",
  },
  {
    title: "The noise of few rows",
    says: [
      "Each step sees only some rows of the list. With 4 rows instead of 32 a step is quick and its direction is rough: the faint line shakes, and the lines of train and dev still fall.",
    ],
    asks:
      "Press Train, pause after some thousand steps, then set “rows in a step” to 256 under Words and settings, begin, and train again.",
    settings: { ...FIRST, batchSize: 4 },
    at: "loss",
  },
  {
    title: "Too large a step",
    says: [
      "The learning rate says how far a step goes. A small one is slow; too large a one jumps over the valley and climbs the other side.",
    ],
    asks:
      "Press Train: here the rate is 4 instead of 0.1. Then begin with 0.1, and compare with the dotted line of this run.",
    settings: { ...FIRST, learningRate: 4, finalLearningRate: 4 },
    at: "loss",
  },
  {
    title: "Learning by heart",
    says: [
      "Here are only 200 names. The network has enough numbers to learn them by heart, and then train becomes better and better, but dev, the names that it never sees, becomes worse. That is overfitting.",
    ],
    asks:
      "Press Train and find the step at which dev is lowest. Then see how many of the new words are in train.",
    settings: { ...FIRST, steps: 10_000 },
    names: 200,
    at: "loss",
  },
  {
    title: "What the map means",
    says: [
      "Each letter is a point, here of just two numbers. Nobody tells the network what a vowel is; but letters that are followed by similar letters serve it best when they lie close together.",
    ],
    asks:
      "Press Train and watch a, e, i, o and u find each other. Which letter stays away from all others?",
    settings: MAP,
    at: "map",
  },
  {
    title: "Words of your own",
    says: [
      "The same network learns villages, dishes, dinosaurs or your own surnames. Some hundred words are enough, and the line of the n-gram says how far counting letters would get.",
    ],
    asks:
      "Paste a list under Words and settings, press Use these words, and train. A link takes it along to a friend.",
    settings: FIRST,
    at: "words",
  },
];
