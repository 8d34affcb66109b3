/**
 * What stays whole although Unicode's rules take it apart: "Mr.", "U.S.", the
 * initials of "J. R. R. Tolkien", e-mail addresses, URLs, ".NET".
 */

/** Abbreviations that need not occur often to be known, in any case. */
const TITLES = new Set(["mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr"]);

/** What precedes an address: a blank, or a mark that opens. */
const START = String.raw`(?<![^\s(\["'«“‘<])`;

/** What is between blanks, if it has a mark that makes it worth a look. */
const PIECE = /(?<![^ .@/])[^ .@/]*[.@/][^ ]* ?/g;

/**
 * What may be whole in a piece: a URL up to its last letter, an e-mail address,
 * what begins with a period, a name with an ending ("example.com", "ASP.NET"),
 * and a word before a period, the first group, which may have periods itself.
 */
const CANDIDATE = new RegExp(
  [
    START + String.raw`(?:\p{L}[\w+.-]{0,20}:\/\/|www\.|` +
    String.raw`(?:[\p{L}\p{N}-]{1,63}\.){1,5}\p{L}{2,20}\/)` +
    String.raw`[^\s"<>”»]*[\p{L}\p{N}\/#=&%_~-]`,
    START + String.raw`[\p{L}\p{N}._%+-]{1,64}@` +
    String.raw`[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+`,
    START + String.raw`\.[\p{L}\p{N}]+`,
    START + String.raw`(?:[\p{L}\p{N}-]{1,63}\.){1,5}` +
    String.raw`(?:\p{Ll}{2,4}|\p{Lu}{2,4})(?![\p{L}\p{N}])`,
    String.raw`(?<![\p{L}\p{M}\p{N}.'])` +
    String.raw`(\p{L}{1,6}|\p{L}{1,2}(?:\.\p{L}{1,2})+)\.(?![\p{L}\p{N}.])`,
  ].join("|"),
  "gu",
);

/** A capitalized word that is not an initial. */
const CAPITALIZED = /^\p{Lu}[\p{L}\p{M}]*(?![\p{L}\p{M}.])/u;

/** How many characters of a text are enough to learn from. */
const ENOUGH = 2 ** 22;

/** A word in a script that has capital letters. */
const WORD = /\p{LC}[\p{LC}\p{M}]*/gu;

/** A short word before a period, and the word, digit or mark that comes next. */
const WORD_AND_NEXT =
  /(?<![\p{L}\p{M}\p{N}.'])(\p{LC}{1,6})\.(?=\s+(\p{LC}[\p{LC}\p{M}]*|\p{N})|([,;:])|(?![\p{L}\p{N}.]))/gu;

/**
 * Learns the abbreviations of a text, and returns a function that masks what
 * stays whole in a paragraph of it: with letters, which Unicode's rules leave
 * together, and with a paragraph separator for the blank after an abbreviation
 * that ends a sentence. A mask is as long as the paragraph.
 *
 * @param text the text
 * @param isKnown whether a token, such as "Prof.", is known to be one
 */
export function wholeTokens(
  text: string,
  isKnown: (token: string) => boolean,
): (paragraph: string) => string {
  const start = text.slice(0, ENOUGH);
  const counts = countWords(start);
  const learned = learnAbbreviations(start, counts);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const isTitle = (word: string) => TITLES.has(word.toLowerCase());
  const isWhole = (word: string) =>
    word.includes(".") || (/^\p{Lu}$/u.test(word) && word !== "I") ||
    isTitle(word) || learned.has(word) || isKnown(`${word}.`);
  /** Whether a word begins a sentence, because a name would not be it. */
  const begins = (next: string, word: string) => {
    const count = counts.get(next.toLowerCase()) ?? 0;
    if (isTitle(word)) return false;
    return count > (/^\p{Ll}/u.test(word) ? 0 : 10 + total / 1000);
  };
  return (paragraph) =>
    paragraph.replace(PIECE, (piece, at: number) => {
      let last: string | undefined;
      const mask = piece.replace(CANDIDATE, (found, word?: string) => {
        if (word !== undefined && !isWhole(word)) return found;
        last = word;
        return (/^\p{Ll}/u.test(found) ? "x" : "X").padEnd(found.length, "x");
      });
      if (last === undefined || !/x $/.test(mask)) return mask;
      const rest = paragraph.slice(at + piece.length, at + piece.length + 40);
      const [next] = CAPITALIZED.exec(rest) ?? [];
      return next !== undefined && begins(next, last)
        ? mask.replace(" ", "\u2029")
        : mask;
    });
}

/** How often each word occurs. */
function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(WORD)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/**
 * The abbreviations of a text: words of up to six letters that have a period
 * after them three times as often as not, and after it the sentence goes on more
 * often than it ends. It goes on with a comma, a digit, a small letter, unless
 * the text has small letters after periods anyway, or a name: a capitalized word
 * that the text never has in lowercase. As a name may also begin a sentence, it
 * counts half, and without another sign there must be two different ones, or
 * four after a small letter. The idea is that of Kiss and
 * Strunk, Unsupervised Multilingual Sentence Boundary Detection, 2006.
 */
function learnAbbreviations(
  text: string,
  counts: ReadonlyMap<string, number>,
): Set<string> {
  const followers = new Map<string, string[]>();
  const isCapital = (next: string) => /^\p{Lu}/u.test(next);
  let [capital, small] = [0, 0];
  for (const [, word, next, mark = ""] of text.matchAll(WORD_AND_NEXT)) {
    const seen = followers.get(word) ?? [];
    followers.set(word, seen);
    seen.push(next ?? mark);
    if (isCapital(next ?? "")) capital++;
    if (/^\p{Ll}/u.test(next)) small++;
  }
  const goesOn = small < capital ? /^[\p{Ll}\p{N},;:]/u : /^[\p{N},;:]/u;
  const isName = (next: string) => !counts.has(next.toLowerCase());
  const learned = [...followers].filter(([word, all]) => {
    if (4 * all.length <= 3 * (counts.get(word) ?? 0)) return false;
    const clear = all.filter((next) => goesOn.test(next)).length;
    const capitals = all.filter(isCapital);
    const names = capitals.filter(isName);
    return (clear > 0 || new Set(names).size >= (isCapital(word) ? 2 : 4)) &&
      2 * clear + names.length >= capitals.length - names.length;
  });
  return new Set(learned.map(([word]) => word));
}
