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
  /** The parts of the page to look at. */
  readonly at: readonly ("map" | "loss" | "write" | "inside" | "words")[];
}

const MAP: Settings = { ...FIRST, embeddingSize: 2 };

/** The lesson. */
export const LESSON: readonly LessonStep[] = [
  {
    title: "Guessing",
    says: [
      "This program, a neural network, reads a name letter by letter. Before each letter it gives a chance, a probability, to each of 27: a to z, and the end of the name.",
      "It has learned nothing yet, so each has a chance of about 1 in 27. The loss measures the surprise at the letter that really comes: 0 if that was certain, 0.69 if its chance was 1 in 2, 3.30 if it was 1 in 27. (It is the natural logarithm, ln, of the 2 or the 27.)",
    ],
    asks:
      "Look at the loss: it begins on the dotted line of guessing. Then read some of the new words: that is what guessing sounds like.",
    settings: FIRST,
    at: ["loss", "write"],
  },
  {
    title: "Learning",
    says: [
      "The network is 11,897 numbers, its weights. An example is three letters of a name and the letter that comes next.",
      "In each step it looks at 32 examples, and moves each weight a little in the direction that makes the letters that really come likelier. How the loss changes when a weight grows is called the gradient; a step goes against it.",
      "Train is the loss of the names that it learns from, dev the loss of names that are kept apart, to see whether it has learned more than the names that it read.",
    ],
    asks:
      "Press Train, watch the loss fall below guessing, and press Pause when dev is under 2.4. Read the new words again.",
    settings: FIRST,
    at: ["loss", "write"],
  },
  {
    title: "One number at a time",
    says: [
      "A matrix is a table of numbers. Here each number is a cell: orange above 0, blue below, and the stronger the colour the further from 0.",
      "The network only multiplies, adds, and bends what comes out, so each number on the way can be worked out by hand. Its last sums are the logits: how much speaks for each letter.",
    ],
    asks:
      "In Inside, press a cell of logits: its arithmetic is written out. Then press a cell of W2, set it to 3, and see what becomes of the probability of its letter.",
    settings: FIRST,
    step: 2000,
    look: { word: "emma", place: 3, mode: "values" },
    at: ["inside"],
  },
  {
    title: "Why the first loss is 26",
    says: [
      "This network is from a lecture, where it begins with large random numbers. Then it is sure of a letter before it has seen anything, and nearly always wrong: that costs more than guessing, about 26 instead of 3.30.",
      "So far this page began with small numbers, scaled to the size of the network. Such a network begins undecided, and no step is spent on unlearning.",
    ],
    asks:
      "Press Step once ten times and see how the loss tumbles. All that the network learns here is to be less sure.",
    settings: LECTURE,
    at: ["loss"],
  },
  {
    title: "Saturated units",
    says: [
      "The three letters are 30 numbers, 10 each: the inputs. In the middle of the network are 200 hidden units. Each multiplies every input by a weight, adds up, and bends the sum into a number from −1 to 1. Near these ends it is saturated: whatever comes in, nearly the same goes out, so its weights can change little about the loss.",
      "With large weights most units are saturated from the start: 140 of 200 for this context. With scaled weights it is 37.",
    ],
    asks:
      "In Inside, look at h under 3: most cells have their full colour. Then choose Gradient: h, the bent number, still has colour everywhere, but z, the sum before it was bent, is pale. Little gets through.",
    settings: LECTURE,
    look: { word: "emma", place: 3, mode: "values" },
    at: ["inside"],
  },
  {
    title: "The noise of few examples",
    says: [
      "A step sees only a few examples, its minibatch. Here it has 4 instead of 32: a step is quick, but its direction is rough. The faint line, the loss of each minibatch, shakes; train and dev fall all the same.",
    ],
    asks:
      "Press Train, and pause after a few thousand steps. Then set the batch size to 256 under Words and settings, begin, and train again.",
    settings: { ...FIRST, batchSize: 4 },
    at: ["loss", "words"],
  },
  {
    title: "Too large a step",
    says: [
      "The learning rate says how far a step goes. Think of the loss as the height of a place in a valley that you want to go down: small steps are slow, but too large a step lands on the other side, higher than before.",
    ],
    asks:
      "Press Train: the rate is 4 instead of 0.1, and the loss climbs far above guessing. Then set the learning rate to 0.1 under Words and settings, begin, train, and compare with the dotted line, this run.",
    settings: { ...FIRST, learningRate: 4, finalLearningRate: 4 },
    at: ["loss", "words"],
  },
  {
    title: "Learning by heart",
    says: [
      "Here are only 200 names, and 11,897 weights are enough to learn them by heart. Train, the loss of the names that it learns from, falls and falls; dev, that of names that it never sees, soon rises. That is overfitting.",
    ],
    asks:
      "Press Train, and look where dev is lowest: after a few hundred steps. Then see how many of the new words are in train.",
    settings: { ...FIRST, steps: 3000 },
    names: 200,
    at: ["loss", "write"],
  },
  {
    title: "What the map means",
    says: [
      "The network has a few numbers for each letter, and learns them too. Here it has two, so that a letter is a point on a map. Nobody tells the network what a vowel is, but it does best when letters that are used alike lie close together.",
    ],
    asks:
      "Press Train for some 10,000 steps and watch the vowels, the squares. Four of them gather: which one stays away, and which other letter comes along?",
    settings: MAP,
    at: ["map"],
  },
  {
    title: "Words of your own",
    says: [
      "The same network learns villages, dishes, dinosaurs or surnames. A few hundred words are enough. The line of the n-gram says how far one gets by counting which letters follow which.",
      "On the embedded names counting wins: 1.98 against 2.12 after all steps. It learns names by heart, and some names of dev are in train too. With the settings Fits the list, equal names stay together and the network is larger: then it wins, 2.01 against 2.03.",
    ],
    asks:
      "Paste a list under Words and settings, press Use these words, and train. Then send a friend the link from Share and keep.",
    settings: FIRST,
    at: ["words"],
  },
];
