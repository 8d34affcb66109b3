/// <reference lib="dom" />
/** What it learns from, and with which settings. */

import { effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { whole } from "../format.ts";
import { learnFrom, list, restart, run } from "../session.ts";
import { FIRST, LECTURE, type Settings } from "../settings.ts";
import { Choices } from "./choices.tsx";
import { FileButton } from "./file_button.tsx";

/** What a person has changed but not begun with yet. */
const draft = signal<Settings>();
const pasted = signal("");
effect(() => {
  run.value;
  draft.value = undefined;
});
const EXAMPLE = "emma\nolivia\nava\n…";
/** A browser takes seconds to lay out so many characters of short lines. */
const LONG_PASTE = 100_000;

const learnOwn = (words: string) =>
  learnFrom(words, undefined, ({ auto }) => auto);

/** The words and the settings. */
export function Words() {
  const facts = list.value;
  const now = run.value;
  return (
    <section class="card" id="words" aria-labelledby="words-title">
      <div class="card-head">
        <h2 id="words-title">Words and settings</h2>
      </div>
      <div class="columns">
        <div>
          {facts && now && (
            <p>
              It learns from <b>{whole(facts.count)} words</b> of{" "}
              {facts.source}: {whole(now.parts.train)} to learn from (train),
              {" "}
              {whole(now.parts.dev)} to judge by (dev), {whole(now.parts.test)}
              {" "}
              kept for the end (test). There are {now.tokens.length - 1}{" "}
              different letters.{now.alsoInTrain.dev > 0 &&
                ` ${whole(now.alsoInTrain.dev)} of dev are in train too.`}
            </p>
          )}
          {facts?.notes.map((note) => <p key={note} class="note">{note}</p>)}
          <label class="block">
            Words of your own, one on each line
            <textarea
              rows={6}
              spellcheck={false}
              value={pasted.value}
              placeholder={EXAMPLE}
              onInput={(event) => pasted.value = event.currentTarget.value}
              onPaste={(event) => {
                const words = event.clipboardData?.getData("text") ?? "";
                if (words.length <= LONG_PASTE) return;
                event.preventDefault();
                learnOwn(words);
              }}
            />
          </label>
          <div class="buttons">
            <button
              type="button"
              disabled={pasted.value.trim() === ""}
              onClick={() => learnOwn(pasted.value)}
            >
              Use these words
            </button>
            <FileButton
              label="Open a file"
              accept=".txt,.csv,.tsv,.json,.dic,text/*"
            />
            {facts?.text !== undefined && (
              <button
                type="button"
                onClick={() => learnFrom(undefined, undefined, () => FIRST)}
              >
                Back to the names
              </button>
            )}
          </div>
          <p class="note">
            Some hundred words are enough: villages, dishes, species, surnames.
            A file can be dropped anywhere on the page, and a long list is used
            as soon as it is pasted. They stay in this page; nothing is sent
            anywhere.
          </p>
        </div>
        {now && facts && <SettingsForm now={now.settings} auto={facts.auto} />}
      </div>
    </section>
  );
}

const RECIPES = [
  ["first", "Quick", "the lecture's network, with weights scaled at the start"],
  ["lecture", "Lecture", "as in the lecture, with its first loss of about 26"],
  ["auto", "Fits the list", "more context, and stops when dev gets no better"],
] as const;

function SettingsForm({ now, auto }: { now: Settings; auto: Settings }) {
  const settings = draft.value ?? now;
  const { seed, arithmetic } = settings;
  const recipes = { first: FIRST, lecture: LECTURE, auto };
  const change = (part: Partial<Settings>) =>
    draft.value = { ...settings, ...part };
  const isSame = (a: Settings, b: Settings) =>
    JSON.stringify(Object.entries(a).sort()) ===
      JSON.stringify(Object.entries(b).sort());
  const chosen = RECIPES.find(([name]) =>
    isSame({ ...recipes[name], seed, arithmetic }, settings)
  );
  const isChanged = !isSame(settings, now);
  const field = (name: keyof Settings) => ({ name, settings, change });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        draft.value = undefined;
        restart(settings);
      }}
    >
      <Choices
        group="recipe"
        legend="Settings"
        choices={RECIPES}
        chosen={chosen?.[0]}
        choose={(name) => change(recipes[name])}
      />
      <details open={!chosen}>
        <summary>Every number by hand</summary>
        <div class="fields">
          <Whole
            label="context length"
            about="letters it sees"
            {...field("contextLength")}
            most={16}
          />
          <Whole
            label="embedding size"
            about="numbers a letter"
            {...field("embeddingSize")}
            most={64}
          />
          <Whole
            label="hidden units"
            about="in the middle"
            {...field("hiddenSize")}
            most={1000}
          />
          <Whole
            label="steps"
            about="of training"
            {...field("steps")}
            most={1e7}
          />
          <Whole
            label="batch size"
            about="examples in a step"
            {...field("batchSize")}
            most={4096}
          />
          <Rate
            label="learning rate"
            about="how far a step goes"
            {...field("learningRate")}
          />
          <Rate
            label="final learning rate"
            about="of the schedule"
            {...field("finalLearningRate")}
          />
          <Choice
            label="schedule"
            about="how the rate falls"
            {...field("schedule")}
          >
            <option value="step">after half of the steps</option>
            <option value="cosine">along a cosine</option>
            <option value="constant">never</option>
          </Choice>
          <Choice
            label="initialization"
            about="how the weights begin"
            {...field("initialization")}
          >
            <option value="scaled">scaled</option>
            <option value="randn">large, as in the lecture</option>
            <option value="small">scaled, C small</option>
          </Choice>
          <Rate
            label="weight decay"
            about="pulls weights to 0"
            {...field("weightDecay")}
          />
          <Whole
            label="patience"
            about="steps without progress"
            {...field("patience")}
            least={0}
            most={1e7}
          />
          <Whole
            label="seed"
            about="of all random numbers"
            {...field("seed")}
            least={0}
            most={Number.MAX_SAFE_INTEGER}
          />
          <Choice
            label="arithmetic"
            about="how a·b + c is rounded"
            {...field("arithmetic")}
          >
            <option value="separate">twice: same everywhere</option>
            <option value="fused">once: faster</option>
          </Choice>
        </div>
      </details>
      <div class="buttons">
        <button
          type="submit"
          class={isChanged ? "primary small" : ""}
          disabled={!isChanged}
        >
          Begin with these settings
        </button>
        {isChanged && (
          <button
            type="button"
            onClick={() => draft.value = undefined}
          >
            Undo
          </button>
        )}
      </div>
    </form>
  );
}

interface Field {
  /** The field's term. */
  readonly label: string;
  /** The same in plain words. */
  readonly about: string;
  readonly name: keyof Settings;
  readonly settings: Settings;
  readonly change: (part: Partial<Settings>) => void;
}

function Labelled({ label, about, children }: Pick<Field, "label" | "about"> & {
  children: ComponentChildren;
}) {
  return (
    <label>
      <span>
        <b>{label}</b> {about}
      </span>
      {children}
    </label>
  );
}

function Whole(
  { label, about, name, settings, change, least = 1, most }: Field & {
    least?: number;
    most: number;
  },
) {
  return (
    <Labelled label={label} about={about}>
      <input
        type="number"
        required
        min={least}
        max={most}
        step={1}
        value={String(settings[name])}
        onInput={({ currentTarget: { valueAsNumber } }) =>
          Number.isSafeInteger(valueAsNumber) &&
          change({ [name]: valueAsNumber })}
      />
    </Labelled>
  );
}

function Rate({ label, about, name, settings, change }: Field) {
  return (
    <Labelled label={label} about={about}>
      <input
        type="number"
        required
        min={0}
        max={100}
        step="any"
        value={String(settings[name])}
        onInput={({ currentTarget: { valueAsNumber } }) =>
          valueAsNumber >= 0 && change({ [name]: valueAsNumber })}
      />
    </Labelled>
  );
}

function Choice(
  { label, about, name, settings, change, children }: Field & {
    children: ComponentChildren;
  },
) {
  return (
    <Labelled label={label} about={about}>
      <select
        value={String(settings[name])}
        onChange={({ currentTarget: { value } }) => change({ [name]: value })}
      >
        {children}
      </select>
    </Labelled>
  );
}
