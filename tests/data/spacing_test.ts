import { assertEquals, assertThrows } from "@std/assert";
import { detokenize, learnSpacing } from "../../lib/data/spacing.ts";
import { tokenize } from "../../lib/data/tokens.ts";

/** What a text shows of its spacing. */
function spacingOf(text: string) {
  return learnSpacing(text, tokenize(text), {}, () => true);
}

/** A text taken apart, and joined as it shows itself. */
function again(text: string): string {
  const spacing = spacingOf(text);
  return tokenize(text).map((tokens) => detokenize(tokens, { spacing })).join(
    " ",
  );
}

Deno.test("detokenize() puts marks where English has them", () => {
  for (
    const sentence of [
      "Speak, speak.",
      'He said: "No, I won\'t--not for $5 (or 50%)!"',
      "'Tis a well-known day... and/or night; isn't it?",
      "She said “yes” and ‘no’ to him.",
      "We know't, we know't.",
    ]
  ) {
    assertEquals(
      tokenize(sentence).map((tokens) => detokenize(tokens)).join(" "),
      sentence,
    );
  }
  assertEquals(detokenize([]), "");
  assertEquals(detokenize(["<unk>", "ran", "."]), "<unk> ran.");
});

Deno.test("detokenize() puts no blanks into scripts that have none", () => {
  for (const text of ["我爱北京。", "สวัสดีครับ", "東京へ行く。"]) {
    assertEquals(
      tokenize(text).map((tokens) => detokenize(tokens)).join(""),
      text,
    );
  }
});

Deno.test("learnSpacing() finds the sides of marks in any language", () => {
  for (
    const text of [
      // English, French, German, Swedish, Spanish, Greek
      'He said: "No, I won\'t--not for $5 (or 50%)!" Then she, too, left.',
      "« Ça va ? » Oui ! Il dit : « Très bien ; merci. » 50 % de rabais.",
      "Er sagte: „Nein“, und ging. „Ja“ – sagte sie – „gern“.",
      "Han sa: ”Nej, tack”, och gick. Hon sa ”ja” och ”kanske”.",
      "¿Qué tal? ¡Muy bien! Dijo «sí» y «no» (dos veces).",
      "Τι κάνεις; «Καλά», είπε.",
      "He wrote *so* and *so* and *so*, well-known and/or not.",
    ]
  ) assertEquals(again(text), text);
});

Deno.test("learnSpacing() tells scripts without blanks from texts that have them", () => {
  for (
    const text of [
      "我爱北京。你去2024年。",
      "東京へ行く。iPhoneを買う。",
      "สวัสดีครับ",
    ]
  ) {
    assertEquals(again(text).replaceAll("。 ", "。"), text);
  }
  assertEquals(again("我 爱 北京 。"), "我 爱 北京 。");
});

Deno.test("learnSpacing() learns a quotation mark whose comma or full stop is inside", () => {
  const text = '"No," he said. "I am here." She said, "Go." "Why?" he said.';
  assertEquals(spacingOf(text).quotes, '"');
  assertEquals(again(text), text);
});

Deno.test("learnSpacing() keeps what is wanted, and letters of any length in lowercase", () => {
  const text = "İyi günler, Ali. ΟΔΟΣ, ΟΔΟΣ!";
  for (const locale of ["tr", "en", "el"]) {
    const options = { lowercase: true, locale };
    const sentences = tokenize(text, options);
    const isWanted = (mark: string) => mark === ",";
    assertEquals(learnSpacing(text, sentences, options, isWanted), {
      closing: ",",
      opening: "",
      quotes: "",
    });
  }
});

Deno.test("learnSpacing() takes the first sentences of a text, and refuses others", () => {
  const text = "One, two. Three (four).";
  const [first, second] = tokenize(text);
  const learn = (sentences: string[][]) =>
    learnSpacing(text, sentences, {}, () => true);
  assertEquals(learn([first]).opening, "");
  assertEquals(learn([first, second]).opening, "(");
  assertThrows(
    () => learn([second]),
    RangeError,
    'Cannot learn the spacing of a text from "Three": the text has "One, "',
  );
});

Deno.test("detokenize() closes a quotation mark at the end", () => {
  assertEquals(detokenize(["I", "saw", ".", '"']), 'I saw."');
  assertEquals(detokenize(['"']), '"');
});
