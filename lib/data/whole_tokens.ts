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

/** How many characters of a text are enough to learn its abbreviations from. */
export const ENOUGH_FOR_ABBREVIATIONS: number = 2 ** 22;

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
  const start = text.slice(0, ENOUGH_FOR_ABBREVIATIONS);
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
 * after them three times as often as not, and after it the sentence goes on. It
 * does before a comma, a small letter, unless these are not rare after periods,
 * and a digit after a capitalized word. It ends before a capitalized word that
 * the text also has in lowercase. Before a name, or a digit after another word,
 * it does either: two names are enough after a capitalized word if there are
 * twice as many as ends, four after another word if there are no ends. The idea
 * is that of Kiss and Strunk, Unsupervised Multilingual Sentence Boundary
 * Detection, 2006.
 */
function learnAbbreviations(
  text: string,
  counts: ReadonlyMap<string, number>,
): Set<string> {
  const isCapital = (word = "") => /^\p{Lu}/u.test(word);
  const isSmall = (word = "") => /^\p{Ll}/u.test(word);
  const followers = new Map<string, string[]>();
  let [capital, small] = [0, 0];
  for (
    const { 1: word, 2: next, 3: mark = "", index } of text.matchAll(
      WORD_AND_NEXT,
    )
  ) {
    const seen = followers.get(word) ?? [];
    followers.set(word, seen);
    const within = /[\p{L}\p{N},;]\s/u.test(text.slice(index - 2, index));
    // "Yes." may be all of a sentence
    seen.push(within || isSmall(word) ? next ?? mark : "");
    if (isCapital(next)) capital++;
    if (isSmall(next)) small++;
  }
  const smallIsRare = small < Math.min(capital, 5 + capital / 5);
  const saysOf = (word: string, next: string) => {
    if (next === "") return "nothing";
    if (isCapital(next)) {
      return counts.has(next.toLowerCase()) ? "ends" : "either";
    }
    if (isSmall(next)) return smallIsRare ? "goes on" : "nothing";
    return /\p{N}/u.test(next) && !isCapital(word) ? "either" : "goes on";
  };
  const learned = [...followers].filter(([word, all]) => {
    if (4 * all.length <= 3 * (counts.get(word) ?? 0)) return false;
    const those = (what: string) =>
      all.filter((next) => saysOf(word, next) === what);
    const [ends, either, on] = ["ends", "either", "goes on"].map(those);
    if (on.length > 0) return 2 * on.length + either.length >= ends.length;
    const names = new Set(either).size;
    return isCapital(word)
      ? names >= 2 && either.length >= 2 * ends.length
      : names >= 4 && ends.length === 0;
  });
  return new Set(learned.map(([word]) => word));
}
