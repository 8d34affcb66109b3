/**
 * Text of files in errors: on one line, short, and without characters that
 * control a terminal.
 */

/** The most characters to show. */
const SHOWN = 60;

/**
 * A text in double quotes, cut after 60 characters. Invisible characters are
 * escaped, so that a hostile file can neither clear the screen nor add lines.
 *
 * @param text the text, of a file for example
 */
export function quote(text: string): string {
  // Cut by UTF-16 units first: the text may be very long.
  const start = [...text.slice(0, 2 * SHOWN)].slice(0, SHOWN).join("");
  return visible(
    JSON.stringify(start.length < text.length ? start + "…" : text),
  );
}

/**
 * A text with its invisible characters escaped.
 *
 * @param text the text, of a file for example
 */
export function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}
