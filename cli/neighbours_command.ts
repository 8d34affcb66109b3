/** `makemore neighbours`: the tokens that a network treats alike. */

import { nearestTokens } from "../core.ts";
import { UsageError } from "../lib/errors/errors.ts";
import { quote } from "../lib/errors/quote.ts";
import { corpusSettingsOf, loadNet, type NamedModel } from "./models.ts";
import { command, type Given, type Values } from "./options.ts";
import { CORPUS, GENERAL, INPUT, SETTINGS, take } from "./settings.ts";
import { print, printJson } from "./terminal.ts";

const options = {
  ...take("run"),
  num: { ...SETTINGS.num, default: 5, about: "how many neighbours of each" },
  ...take("distance"),
  ...INPUT,
  ...CORPUS,
  ...GENERAL,
} as const;

/** The command. */
export const neighboursCommand = command({
  name: "neighbours",
  about:
    "Prints the tokens whose embeddings are nearest to those of the given " +
    "tokens, or of all tokens.",
  options,
  operands: "TOKEN…",
  examples: [
    ["neighbours", "each character of the package's model"],
    ["neighbours --run out/book --num 10 the", "a word of a text"],
  ],
  run: runNeighbours,
});

async function runNeighbours(
  values: Values<typeof options>,
  given: Given,
  operands: readonly string[],
): Promise<void> {
  const { num: count, distance, json } = values;
  const net = await loadNet({ ...values, noMix: true });
  corpusSettingsOf(net, values, given);
  const { name, vocabulary, network } = net;
  const asked = operands.length === 0
    ? vocabulary.tokens
    : operands.flatMap((operand) => tokensOf(operand, net));
  const near = (token: string) =>
    nearestTokens(network!, vocabulary, token, { count, distance });
  if (json) {
    const tokens = asked.map((token) => ({ token, neighbours: near(token) }));
    return printJson({ model: name, distance, tokens });
  }
  const width = Math.max(...asked.map((token) => [...shown(token)].length));
  for (const token of asked) {
    const others = near(token).map(({ token, distance }) =>
      `${shown(token)} ${distance.toFixed(3)}`
    );
    print([shown(token).padEnd(width), ...others].join("  "));
  }
}

/** The tokens of an argument: itself, or its characters or words. */
function tokensOf(operand: string, { name, vocabulary }: NamedModel): string[] {
  if (vocabulary.has(operand)) return [operand];
  return vocabulary.split(operand).map((token) => {
    if (vocabulary.has(token)) return token;
    throw new UsageError(
      `Cannot find the neighbours of ${quote(token)}: ${name} does not know it`,
    );
  });
}

/** A token as it is printed: blanks would not be seen. */
function shown(token: string): string {
  return /\s/.test(token) ? quote(token) : token;
}
