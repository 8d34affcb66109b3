/// <reference lib="dom" />
/** New words while it learns, and one letter at a time. */

import { effect, signal } from "@preact/signals";
import type { NextLetter, Written } from "../engine.ts";
import { percent, shown } from "../format.ts";
import { frame, letter, run, status, write } from "../session.ts";

const temperature = signal(1);
const topK = signal<number>();
const prompt = signal("");
const words = signal<Written[]>([]);
const refusal = signal<string>();

/** The word that is written letter by letter, and what may come next. */
const slow = signal<{
  word: string;
  letters: readonly NextLetter[];
  drawn?: string;
  isDone: boolean;
}>();

const COUNT = 24;
/** The least time between two lists of new words, in milliseconds. */
const EVERY = 700;

let isWriting = false;
let written = { at: -Infinity, key: "" };

/** Writes new words, unless it does already. */
async function rewrite(): Promise<void> {
  if (isWriting) return;
  isWriting = true;
  try {
    words.value = await write(COUNT, drawing());
    refusal.value = undefined;
  } catch (error) {
    refusal.value = (error as Error).message;
  }
  isWriting = false;
}

function drawing() {
  const [k, t, p] = [topK.peek(), temperature.peek(), prompt.peek()];
  return { temperature: t, topK: k, prompt: p };
}

effect(() => {
  const { step } = frame.value ?? {};
  const settings = [temperature.value, topK.value, prompt.value];
  const key = JSON.stringify([step, settings, status.value]);
  if (step === undefined || run.value === undefined) return;
  const now = performance.now();
  const isTraining = status.peek() === "training";
  if (key === written.key || (isTraining && now - written.at < EVERY)) return;
  written = { at: now, key };
  rewrite();
});

effect(() => {
  run.value;
  slow.value = undefined;
});

/** Draws the next letter. */
async function draw(): Promise<void> {
  const before = slow.value;
  const word = before && !before.isDone ? before.word : prompt.value;
  try {
    const { letters, drawn } = await letter(word, drawing());
    slow.value = {
      word: word + (drawn ?? ""),
      letters,
      drawn,
      isDone: drawn === undefined,
    };
    refusal.value = undefined;
  } catch (error) {
    refusal.value = (error as Error).message;
  }
}

const ORIGINS = {
  new: "new",
  train: "in train",
  dev: "in dev",
  test: "in test",
} as const;

/** The new words. */
export function Write() {
  const isNew = words.value.filter(({ origin }) => origin === "new").length;
  return (
    <section class="card" id="write" aria-labelledby="write-title">
      <div class="card-head">
        <h2 id="write-title">New words</h2>
        <button type="button" class="quiet" onClick={rewrite}>Again</button>
      </div>
      <ul class="written" aria-label="Words that the network wrote">
        {words.value.map(({ word, origin }, i) => (
          <li key={i} class={origin} dir="auto">
            {word || "(nothing)"}
            {origin !== "new" && <small>{ORIGINS[origin]}</small>}
          </li>
        ))}
      </ul>
      <p class="note">
        {isNew} of {words.value.length}{" "}
        are new: in none of the lists. A word “in train” is one that it has
        read; “in dev” or “in test”, one that it came to by itself.
      </p>
      {refusal.value && <p class="problem" role="alert">{refusal.value}</p>}
      <div class="fields">
        <label>
          temperature {temperature.value.toFixed(1)}
          <input
            type="range"
            min={0.1}
            max={2}
            step={0.1}
            value={temperature.value}
            onInput={(event) =>
              temperature.value = event.currentTarget.valueAsNumber}
          />
        </label>
        <label>
          only the likeliest letters
          <select
            value={String(topK.value ?? "")}
            onChange={(event) =>
              topK.value = Number(event.currentTarget.value) || undefined}
          >
            <option value="">all of them</option>
            {[1, 2, 3, 5, 10].map((k) => <option key={k} value={k}>{k}
            </option>)}
          </select>
        </label>
        <label>
          begin with
          <input
            value={prompt.value}
            maxLength={20}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={(event) => prompt.value = event.currentTarget.value}
          />
        </label>
      </div>
      <SlowWord />
    </section>
  );
}

/** The likeliest letters, and the one that was drawn. */
function shownOf(
  { letters, drawn, isDone }: NonNullable<typeof slow.value>,
): NextLetter[] {
  const token = isDone ? run.value?.tokens[0] : drawn;
  return letters.filter((letter, i) => i < 10 || letter.token === token);
}

/** A word, one letter at a time. */
function SlowWord() {
  const now = slow.value;
  const most = now?.letters[0]?.probability ?? 1;
  return (
    <div class="slow">
      <h3>Letter by letter</h3>
      <p class="slow-word" aria-live="polite" dir="auto">
        <b>{now?.word ?? prompt.value}</b>
        {now?.isDone
          ? <small>the end was drawn</small>
          : <span class="caret" />}
      </p>
      {now && (
        <ol class="choices">
          {shownOf(now).map(({ token, probability }, i) => {
            const isEnd = token === run.value?.tokens[0];
            const isDrawn = isEnd ? now.isDone : token === now.drawn;
            return (
              <li key={i} class={isDrawn ? "drawn" : ""}>
                <span>{isEnd ? "end" : shown(token)}</span>
                <span class="track">
                  <span
                    class="fill"
                    style={{ width: `${100 * probability / most}%` }}
                  />
                </span>
                <span class="number">{percent(probability)}</span>
                {isDrawn && <small>drawn</small>}
              </li>
            );
          })}
        </ol>
      )}
      <button type="button" onClick={draw}>
        {!now
          ? "Draw the first letter"
          : now.isDone
          ? "Begin another word"
          : "Draw the next letter"}
      </button>
    </div>
  );
}
