/** What a cell must show, read off its code. */

const figures = [
  "activationHeatMap",
  "activationHistogram",
  "bigramTable",
  "contextCounts",
  "contextRows",
  "embeddingMap",
  "learningRateFinder",
  "lossByOrder",
  "lossCurve",
  "nextCharacterProbabilities",
  "outputShare",
  "probabilityRanges",
  "weightTables",
  "wordMap",
  "wordProbabilities",
].join("|");

/** A figure is handed to `display()` or to a live figure, or is the cell's value. */
const showsFigure = new RegExp(`\\bdisplay\\(\\s*(${figures})\\(|\\.show\\(`);
const isFigure = new RegExp(`^(${figures})\\(`);
const prints = /\bconsole\.(log|info|table)\(|\bdisplay\(|\.print\(\)/;
/** `loss`, `X.shape`, `words[0]`: whatever it is, it is no statement. */
const isValue = /^[\w$]+(\.[\w$]+|\[[^\]]*\])*;?\s*(\/\/.*)?$/;
const isKeyword = /^(break|continue|debugger|return)\b/;

/**
 * Whether a cell with this code must show a figure, at least something, or
 * perhaps nothing. What a function of its own shows can't be read off a call.
 */
export function expects(source: string): "figure" | "something" | "nothing" {
  const last = lastStatement(source);
  if (showsFigure.test(source) || isFigure.test(last)) return "figure";
  return prints.test(source) || (isValue.test(last) && !isKeyword.test(last))
    ? "something"
    : "nothing";
}

/** From the last line that is not indented and does not only close brackets. */
function lastStatement(source: string): string {
  const lines = source.trimEnd().split("\n");
  const start = lines.findLastIndex((line) => /^[^\s)\]}/]/.test(line));
  return lines.slice(Math.max(0, start)).join("\n");
}
