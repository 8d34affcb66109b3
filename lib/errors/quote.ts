/**
 * Text from a file as an error shows it: on one line, not by the kilobyte, and
 * without characters that steer a terminal.
 */

/** The most characters that are shown. */
const SHOWN = 60;

/**
 * The text in double quotes, cut after 60 characters. Everything invisible is
 * escaped, so that a hostile file can neither clear the screen nor add lines.
 *
 * @param text what a file holds
 */
export function quote(text: string): string {
  // Cut by UTF-16 units first: the text may be very long.
  const start = [...text.slice(0, 2 * SHOWN)].slice(0, SHOWN).join("");
  return visible(
    JSON.stringify(start.length < text.length ? start + "…" : text),
  );
}

/**
 * The text with everything that is invisible escaped.
 *
 * @param text what may come from a file
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
