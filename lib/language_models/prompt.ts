/**
 * How words and sentences begin: what the model sees, and what people see.
 */

import { tidyText } from "../data/text.ts";
import { tokenize } from "../data/tokens.ts";
import { encodeWord, type Vocabulary } from "../data/vocabulary.ts";

/** The beginning of a word, or some sentences and the beginning of one. */
export interface Prompt {
  /** The ids of its tokens, with a boundary token between sentences. */
  readonly ids: readonly number[];
  /**
   * The tokens of each sentence, one at least; those that the vocabulary does
   * not have as they were typed.
   */
  readonly sentences: readonly (readonly string[])[];
}

/**
 * Reads a prompt.
 *
 * @param vocabulary the vocabulary
 * @param prompt a text, which the vocabulary splits, or tokens
 * @throws {RangeError} if the prompt has the boundary token, and as
 * {@linkcode Vocabulary.id} does
 */
export function readPrompt(
  vocabulary: Vocabulary,
  prompt: Iterable<string>,
): Prompt {
  const { level, lowercase, locale, sentences, blanks, whole } = vocabulary;
  const inCase = (token: string) =>
    lowercase ? token.toLocaleLowerCase(locale) : token;
  const has = (token: string) => vocabulary.has(inCase(token));
  const isText = typeof prompt === "string";
  if (level === "characters" || !isText) {
    const tokens = isText ? vocabulary.split(prompt) : [...prompt];
    return { ids: encodeWord(vocabulary, tokens), sentences: [tokens] };
  }
  // in the case in which they were typed
  const how = { locale, sentences, blanks, whole, has };
  const typed = tokenize(tidyText(prompt), how);
  if (typed.length === 0) typed.push([]);
  return {
    ids: typed.flatMap((tokens, i) => [
      ...i > 0 ? [0] : [],
      ...encodeWord(vocabulary, tokens.map(inCase)),
    ]),
    sentences: typed.map((tokens) =>
      tokens.map((token) => has(token) ? inCase(token) : token)
    ),
  };
}

/** The words of a prompt that the vocabulary does not have, each once. */
export function unknownWords(
  vocabulary: Vocabulary,
  prompt: Iterable<string>,
): string[] {
  const { sentences } = readPrompt(vocabulary, prompt);
  return [...new Set(sentences.flat())].filter((word) => !vocabulary.has(word));
}

/** The text of a prompt and of the tokens that follow it. */
export function continueText(
  vocabulary: Vocabulary,
  { sentences }: Prompt,
  tokens: readonly string[],
): string {
  const all = [...sentences.slice(0, -1), [...sentences.at(-1)!, ...tokens]];
  return vocabulary.sentences === "lines" || vocabulary.blanks
    ? all.map((line) => vocabulary.join(line)).join("\n")
    : vocabulary.join(all.flat());
}
