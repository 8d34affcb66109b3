/**
 * A small text of the project's own, for models of words: a grammar of who does
 * what where. Some combinations of words are left out of it on purpose, to see
 * who can fill the gap. Bengio et al. 2003, section 1, ask for "A dog was
 * running in a room" of a model that has read "The cat is walking in the
 * bedroom".
 *
 * ```sh
 * deno run tools/sentences.ts
 * deno run tools/sentences.ts --seed 7 --sentences 30000
 * ```
 */

import { TorchGenerator } from "../mod.ts";
import { wholeOptions } from "./whole_options.ts";

/** The words of the grammar by their kind. No word is of two kinds. */
export const WORD_KINDS = {
  determiner: words("a the this that"),
  person: words("boy girl man woman teacher farmer doctor sailor"),
  animal: words("dog cat horse fox rabbit goat mouse bear"),
  room: words("room kitchen bedroom hall cellar library parlour"),
  land: words("garden meadow forest field park yard"),
  water: words("river lake pond stream canal"),
  text: words("book letter story poem diary"),
  food: words("cake pie pear peach melon"),
  furniture: words("basket bucket box chair table"),
  "adjective of people": words("clever cheerful polite famous friendly busy"),
  "adjective of animals": words("tame wild furry hungry shy playful"),
  "adjective of things": words("small large pretty strange"),
  "verb in -ing": words(
    "sleeping waiting sitting walking running dancing playing hiding " +
      "wandering jumping swimming splashing floating wading reading writing " +
      "copying eating tasting slicing carrying cleaning painting watching " +
      "following greeting",
  ),
  "verb in the past": words(
    "slept waited sat walked ran danced played hid wandered jumped swam " +
      "splashed floated waded read wrote copied ate tasted sliced carried " +
      "cleaned painted watched followed greeted",
  ),
  auxiliary: words("is was"),
  preposition: words("in near outside around through across"),
  adverb: words("quietly slowly quickly happily calmly carefully"),
  time: words("today now yesterday recently"),
} as const satisfies Record<string, readonly string[]>;

/** The name of a kind of words. */
export type WordKind = keyof typeof WORD_KINDS;

/** Verbs that go together: with what, how one says where, and where. */
interface Activity {
  /** The verbs, in -ing. */
  verbs: readonly string[];
  /** What it is done to; without it, nothing. */
  thing?: WordKind;
  prepositions: readonly string[];
  place: WordKind;
}

/** What people and animals do. */
const ACTIVITIES = ([
  ["sleeping waiting sitting", undefined, "in near outside", "room"],
  ["walking running dancing", undefined, "in around through", "room"],
  ["playing hiding", undefined, "in near around", "land"],
  ["wandering jumping", undefined, "in around through", "land"],
  ["swimming splashing", undefined, "in near across", "water"],
  ["floating wading", undefined, "in near across", "water"],
  // these only people do
  ["reading writing copying", "text", "in near outside", "room"],
  ["eating tasting slicing", "food", "in near around", "land"],
  ["carrying cleaning painting", "furniture", "in near across", "water"],
] as const).map(([verbs, thing, prepositions, place]): Activity => ({
  verbs: words(verbs),
  thing,
  prepositions: words(prepositions),
  place,
}));

/** What people and animals do to one another. */
const MEETINGS = words("watching following greeting");

/** How often an adjective stands before people and animals, and before else. */
const ADJECTIVES = { being: 0.35, other: 0.15 };

/** A sentence that is left out of the text, cut where its gap is. */
export interface LeftOut {
  /** The words before the gap, such as "A dog was running in a". */
  readonly before: string;
  /** The word that belongs into the gap: "room". */
  readonly word: string;
  /** The kind of that word. */
  readonly kind: WordKind;
  /** The words that never stand together in the text: "in a room". */
  readonly pattern: string;
  /** What the grammar gives the word there: no model can know better. */
  readonly probability: number;
}

/** A text, and what is left out of it. */
export interface Text {
  /** The sentences of the text. */
  readonly sentences: readonly string[];
  /** The sentences with a pattern that is left out, each of them once. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Writes a text. For every noun of the grammar one pattern is left out: for a
 * place a preposition and a determiner before it, for a thing a verb and a
 * determiner ("reading the letter"), for a person or an animal an adjective
 * ("tame fox"). They are drawn by lot, only that "room" always goes without "in
 * a room", in honour of the dog. Each of the words, and each of the kinds in
 * this order, stands in the text many times.
 *
 * @param seed the same seed writes the same text
 * @param count how many sentences the text has
 */
export function writeText(seed: number, count: number = 3000): Text {
  const writer = new Writer(new TorchGenerator(seed));
  const patterns = writer.drawPatterns();
  const sentences: string[] = [];
  const leftOut = new Map<string, LeftOut>();
  while (sentences.length < count) {
    const { tokens, nouns } = writer.writeSentence();
    const sentence = punctuate(tokens);
    const gap = nouns.find(({ pattern }) => patterns.has(pattern));
    if (gap === undefined) sentences.push(sentence);
    else {
      const { at, kind, pattern, probability } = gap;
      leftOut.set(sentence, {
        before: capitalise(tokens.slice(0, at).join(" ")),
        word: tokens[at],
        kind,
        pattern,
        probability,
      });
    }
  }
  return { sentences, leftOut: [...leftOut.values()] };
}

/** A noun in a sentence: a gap, if its pattern is left out. */
interface Noun {
  /** Which word of the sentence it is. */
  at: number;
  kind: WordKind;
  /** The words that tell its kind, and the noun: "in a room". */
  pattern: string;
  /** What the grammar gives it, after all words before. */
  probability: number;
}

/** Writes sentences as chance decides. */
class Writer {
  readonly #generator: TorchGenerator;
  #tokens: string[] = [];
  #nouns: Noun[] = [];

  constructor(generator: TorchGenerator) {
    this.#generator = generator;
  }

  /** One pattern for each noun. */
  drawPatterns(): Set<string> {
    const patterns = new Set<string>();
    for (const kind of ["room", "land", "water"] as const) {
      const activities = ACTIVITIES.filter(({ place }) => place === kind);
      for (const place of WORD_KINDS[kind]) {
        const preposition = this.#pick(this.#pick(activities).prepositions);
        const before = place === "room"
          ? "in a"
          : `${preposition} ${this.#pick(["a", "the"])}`;
        patterns.add(`${before} ${place}`);
      }
    }
    for (const kind of ["text", "food", "furniture"] as const) {
      const { verbs } = ACTIVITIES.find(({ thing }) => thing === kind)!;
      for (const thing of WORD_KINDS[kind]) {
        const verb = this.#pick(verbs);
        const form = this.#chance(0.5) ? verb : past(verb);
        patterns.add(`${form} ${this.#pick(["a", "the"])} ${thing}`);
      }
    }
    for (const kind of ["person", "animal"] as const) {
      for (const being of WORD_KINDS[kind]) {
        patterns.add(`${this.#pick(adjectivesOf(kind))} ${being}`);
      }
    }
    return patterns;
  }

  writeSentence(): { tokens: string[]; nouns: Noun[] } {
    this.#tokens = [];
    this.#nouns = [];
    const isPast = this.#chance(0.6);
    const [today, now, yesterday, recently] = WORD_KINDS.time;
    if (this.#chance(0.25)) {
      this.#tokens.push(
        this.#pick(isPast ? [yesterday, recently] : [today, now]),
      );
    }
    if (this.#chance(0.2)) {
      this.#being();
      this.#verb(this.#pick(MEETINGS), isPast);
      this.#being();
    } else {
      const { verbs, thing, prepositions, place } = this.#pick(ACTIVITIES);
      this.#being(thing && "person");
      this.#verb(this.#pick(verbs), isPast);
      if (thing) this.#thingOrPlace(thing);
      if (!thing || this.#chance(0.5)) {
        this.#tokens.push(this.#pick(prepositions));
        this.#thingOrPlace(place);
      }
    }
    return { tokens: this.#tokens, nouns: this.#nouns };
  }

  /** "is running", "was quietly running", "ran". */
  #verb(verb: string, isPast: boolean): void {
    const adverb = this.#chance(0.25) ? [this.#pick(WORD_KINDS.adverb)] : [];
    this.#tokens.push(
      ...(isPast && this.#chance(0.6)
        ? [...adverb, past(verb)]
        : [isPast ? "was" : "is", ...adverb, verb]),
    );
  }

  /** "a dog", "the clever girl". */
  #being(kind: WordKind = this.#pick(["person", "animal"])): void {
    this.#determiner();
    if (this.#chance(ADJECTIVES.being)) {
      this.#tokens.push(this.#pick(adjectivesOf(kind)));
      this.#noun(kind, { patternLength: 2, share: 1 });
    } else this.#tokens.push(this.#pick(WORD_KINDS[kind]));
  }

  /** "a room", "the small letter". */
  #thingOrPlace(kind: WordKind): void {
    this.#determiner();
    if (this.#chance(ADJECTIVES.other)) {
      this.#tokens.push(this.#pick(WORD_KINDS["adjective of things"]));
      this.#tokens.push(this.#pick(WORD_KINDS[kind]));
    } else {
      this.#noun(kind, { patternLength: 3, share: 1 - ADJECTIVES.other });
    }
  }

  /**
   * A noun whose kind is known by the words before it.
   *
   * @param share how often a noun stands here, and not an adjective
   */
  #noun(
    kind: WordKind,
    { patternLength, share }: { patternLength: number; share: number },
  ): void {
    const at = this.#tokens.push(this.#pick(WORD_KINDS[kind])) - 1;
    const pattern = this.#tokens.slice(-patternLength).join(" ");
    const probability = share / WORD_KINDS[kind].length;
    this.#nouns.push({ at, kind, pattern, probability });
  }

  #determiner(): void {
    const common = this.#pick(["a", "the"]);
    this.#tokens.push(
      this.#chance(0.8) ? common : this.#pick(["this", "that"]),
    );
  }

  #chance(share: number): boolean {
    return this.#generator.rand(1)[0] < share;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#generator.randint(0, choices.length, 1)[0]];
  }
}

function adjectivesOf(kind: WordKind): readonly string[] {
  return WORD_KINDS[
    kind === "person" ? "adjective of people" : "adjective of animals"
  ];
}

/** The past of a verb in -ing. */
function past(verb: string): string {
  const forms: readonly string[] = WORD_KINDS["verb in -ing"];
  return WORD_KINDS["verb in the past"][forms.indexOf(verb)];
}

function words(text: string): readonly string[] {
  return text.split(" ");
}

function punctuate(tokens: readonly string[]): string {
  return capitalise(tokens.join(" ")) + ".";
}

function capitalise(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}

if (import.meta.main) {
  const { seed, sentences } = wholeOptions({ seed: 1, sentences: 3000 });
  console.log(writeText(seed, sentences).sentences.join("\n"));
}
