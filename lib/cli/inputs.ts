/** What commands read: word lists and models. */

import { CheckpointError } from "../errors.ts";
import { type ModelParameters, parametersFrom } from "../parameters.ts";
import { pretrainedModel } from "../pretrained.ts";
import { readModel } from "../run_folder.ts";
import { buildVocabulary, Vocabulary } from "../vocabulary.ts";
import { defaultWords, readWords, type WordList } from "../words.ts";
import { type Settings, settingsFrom } from "./run.ts";

/** Reads the word list of a command: the one given, or the default. */
export async function loadWords(path: string | undefined): Promise<WordList> {
  return path === undefined ? await defaultWords() : await readWords(path);
}

/** SHA-256 of the words, one per line, in hexadecimal. */
export async function hashOf({ words }: WordList): Promise<string> {
  const bytes = new TextEncoder().encode(words.join("\n"));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(
    new Uint8Array(hash),
    (byte) => byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** A model to be used. */
export interface LoadedModel {
  readonly parameters: ModelParameters;
  readonly vocabulary: Vocabulary;
  /** The settings of its run, if it was a run of the command line. */
  readonly settings?: Settings;
  /** What to call it. */
  readonly source: string;
}

/**
 * Reads the model of a command: the one in a run folder or a file, or the one
 * that comes with the package. A file with parameters alone, as PyTorch saves
 * it, has the vocabulary of the word list.
 */
export async function loadModel(
  path: string | undefined,
  input: string | undefined,
): Promise<LoadedModel> {
  if (path === undefined) {
    return { ...pretrainedModel(), source: "the model of the package" };
  }
  const model = readModel(path);
  const parameters = parametersFrom(model.parameters, model.sizes);
  if ("tokens" in model) {
    return {
      parameters,
      vocabulary: new Vocabulary(model.tokens),
      ...("wordsSha256" in model.config
        ? { settings: settingsFrom(model.config, path) }
        : {}),
      source: path,
    };
  }
  const list = await loadWords(input);
  const vocabulary = buildVocabulary(list.words);
  if (vocabulary.size !== model.sizes.vocabularySize) {
    throw new CheckpointError(
      `${path} holds parameters for ${model.sizes.vocabularySize} tokens and no ` +
        `vocabulary, and ${list.source} has ${vocabulary.size} tokens: ` +
        "give the word list that it was trained on with --input",
    );
  }
  return { parameters, vocabulary, source: path };
}
