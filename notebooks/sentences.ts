/**
 * A small text for models of words: a grammar of who does what where. Some
 * combinations of words are left out of it on purpose, to see which model can
 * fill the gap. Bengio et al. 2003, section 1, ask for "A dog was running in a
 * room" of a model that has read "The cat is walking in the bedroom".
 */

import { TorchGenerator } from "../mod.ts";

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

/** Verbs, what they are done to, and the prepositions and places of it. */
const ACTIVITIES = ([
  ["sleeping waiting sitting", undefined, "in near outside", "room"],
  ["walking running dancing", undefined, "in around through", "room"],
  ["playing hiding", undefined, "in near around", "land"],
  ["wandering jumping", undefined, "in around through", "land"],
  ["swimming splashing", undefined, "in near across", "water"],
  ["floating wading", undefined, "in near across", "water"],
  // only people do these
  ["reading writing copying", "text", "in near outside", "room"],
  ["eating tasting slicing", "food", "in near around", "land"],
  ["carrying cleaning painting", "furniture", "in near across", "water"],
] as const).map(([verbs, thing, prepositions, place]) => ({
  verbs: words(verbs),
  thing,
  prepositions: words(prepositions),
  place,
}));

/** What people and animals do to one another. */
const MEETINGS = words("watching following greeting");

/** How often an adjective precedes a person or an animal, or another noun. */
const ADJECTIVES = { being: 0.35, other: 0.15 };

/** A sentence that is left out of the text, cut where its gap is. */
export interface LeftOut {
  /** The words before the gap, such as "A dog was running in a". */
  readonly before: string;
  /** The word in the gap: "room". */
  readonly word: string;
  /** The kind of that word. */
  readonly kind: WordKind;
  /** The words that never follow each other in the text: "in a room". */
  readonly pattern: string;
  /** What the grammar gives the word there: no model can know better. */
  readonly probability: number;
}

/**
 * Writes a text. It leaves out one pattern for each noun of the grammar: for a
 * place a preposition and a determiner before it, for a thing a verb and a
 * determiner ("reading the letter"), for a person or an animal an adjective
 * ("tame fox"). The patterns are drawn at random, except that "room" always
 * goes without "in a room", in honour of the dog. The text contains each of the
 * words, and each of the kinds in this order, many times.
 *
 * @param seed the same seed writes the same text
 * @param count how many sentences the text has
 * @returns the sentences of the text, and those with a pattern that is left
 * out, each of them once
 */
export function writeText(
  seed: number,
  count = 3000,
): { sentences: string[]; leftOut: LeftOut[] } {
  const generator = new TorchGenerator(seed);
  const chance = (share: number) => generator.rand(1)[0] < share;
  const pick = <T>(choices: readonly T[]): T =>
    choices[generator.randint(0, choices.length, 1)[0]];

  const patterns = drawPatterns();
  const sentences: string[] = [];
  const leftOut = new Map<string, LeftOut>();
  while (sentences.length < count) {
    const { tokens, gap } = writeSentence();
    const sentence = capitalize(tokens.join(" ")) + ".";
    if (gap) leftOut.set(sentence, gap);
    else sentences.push(sentence);
  }
  return { sentences, leftOut: [...leftOut.values()] };

  /** One pattern for each noun. */
  function drawPatterns(): Set<string> {
    const patterns = new Set<string>();
    for (const kind of ["room", "land", "water"] as const) {
      const activities = ACTIVITIES.filter(({ place }) => place === kind);
      for (const place of WORD_KINDS[kind]) {
        const preposition = pick(pick(activities).prepositions);
        const others = () => `${preposition} ${pick(["a", "the"])}`;
        patterns.add(`${place === "room" ? "in a" : others()} ${place}`);
      }
    }
    for (const kind of ["text", "food", "furniture"] as const) {
      const { verbs } = ACTIVITIES.find(({ thing }) => thing === kind)!;
      for (const thing of WORD_KINDS[kind]) {
        const verb = pick(verbs);
        const form = chance(0.5) ? verb : past(verb);
        patterns.add(`${form} ${pick(["a", "the"])} ${thing}`);
      }
    }
    for (const kind of ["person", "animal"] as const) {
      for (const being of WORD_KINDS[kind]) {
        patterns.add(`${pick(adjectivesOf(kind))} ${being}`);
      }
    }
    return patterns;
  }

  function writeSentence(): { tokens: string[]; gap?: LeftOut } {
    const tokens: string[] = [];
    let gap: LeftOut | undefined; // the first one

    const isPast = chance(0.6);
    const times = WORD_KINDS.time; // today, now; yesterday, recently
    if (chance(0.25)) {
      tokens.push(pick(times.slice(isPast ? 2 : 0).slice(0, 2)));
    }
    if (chance(0.2)) {
      being();
      verb(pick(MEETINGS));
      being();
    } else {
      const { verbs, thing, prepositions, place } = pick(ACTIVITIES);
      being(thing && "person");
      verb(pick(verbs));
      if (thing) thingOrPlace(thing);
      if (!thing || chance(0.5)) {
        tokens.push(pick(prepositions));
        thingOrPlace(place);
      }
    }
    return { tokens, gap };

    /** "is running", "was quietly running", "ran". */
    function verb(verb: string): void {
      const adverb = chance(0.25) ? [pick(WORD_KINDS.adverb)] : [];
      if (isPast && chance(0.6)) tokens.push(...adverb, past(verb));
      else tokens.push(isPast ? "was" : "is", ...adverb, verb);
    }

    /** "a dog", "the clever girl". */
    function being(kind: WordKind = pick(["person", "animal"])): void {
      determiner();
      if (chance(ADJECTIVES.being)) {
        tokens.push(pick(adjectivesOf(kind)));
        noun(kind, 2, 1);
      } else tokens.push(pick(WORD_KINDS[kind]));
    }

    /** "a room", "the small letter". */
    function thingOrPlace(kind: WordKind): void {
      determiner();
      if (chance(ADJECTIVES.other)) {
        const adjective = pick(WORD_KINDS["adjective of things"]);
        tokens.push(adjective, pick(WORD_KINDS[kind]));
      } else noun(kind, 3, 1 - ADJECTIVES.other);
    }

    /** A noun whose kind the words before it tell; `share` is how often. */
    function noun(kind: WordKind, patternLength: number, share: number): void {
      const before = capitalize(tokens.join(" "));
      const word = pick(WORD_KINDS[kind]);
      tokens.push(word);
      const pattern = tokens.slice(-patternLength).join(" ");
      const probability = share / WORD_KINDS[kind].length;
      if (patterns.has(pattern)) {
        gap ??= { before, word, kind, pattern, probability };
      }
    }

    function determiner(): void {
      const usual = pick(["a", "the"]);
      tokens.push(chance(0.8) ? usual : pick(["this", "that"]));
    }
  }
}

function adjectivesOf(kind: WordKind): readonly string[] {
  const whose = kind === "person" ? "people" : "animals";
  return WORD_KINDS[`adjective of ${whose}`];
}

/** The past of a verb in -ing. */
function past(verb: string): string {
  const forms: readonly string[] = WORD_KINDS["verb in -ing"];
  return WORD_KINDS["verb in the past"][forms.indexOf(verb)];
}

function words(text: string): readonly string[] {
  return text.split(" ");
}

function capitalize(text: string): string {
  return text[0].toUpperCase() + text.slice(1);
}
