/// <reference lib="dom" />
/** What it learns from, and with which settings. */

import { effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { whole } from "../format.ts";
import { learnFrom, list, restart, run } from "../session.ts";
import { FIRST, LECTURE, type Settings } from "../settings.ts";

/** What a person has changed but not begun with yet. */
const draft = signal<Settings>();
const pasted = signal("");
effect(() => {
  run.value;
  draft.value = undefined;
});
const EXAMPLE = "emma\nolivia\nava\n…";

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
        <div
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            openFile(event.dataTransfer?.files[0]);
          }}
        >
          {facts && now && (
            <p>
              It learns from <b>{whole(facts.count)} words</b> of{" "}
              {facts.source}: {whole(now.parts.train)} to learn from (train),
              {" "}
              {whole(now.parts.dev)} to judge by (dev), {whole(now.parts.test)}
              {" "}
              kept for the end (test). There are {now.tokens.length - 1}{" "}
              different letters.
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
            />
          </label>
          <div class="buttons">
            <button
              type="button"
              disabled={pasted.value.trim() === ""}
              onClick={() =>
                learnFrom(pasted.value, undefined, ({ auto }) => auto)}
            >
              Use these words
            </button>
            <label class="button">
              Open a file
              <input
                type="file"
                accept=".txt,.csv,.tsv,.json,.dic,text/*"
                onChange={(event) => {
                  openFile(event.currentTarget.files?.[0]);
                  event.currentTarget.value = "";
                }}
              />
            </label>
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
            They stay in this page; nothing is sent anywhere.
          </p>
        </div>
        {now && facts && <SettingsForm now={now.settings} auto={facts.auto} />}
      </div>
    </section>
  );
}

async function openFile(file: File | undefined): Promise<void> {
  if (!file) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  await learnFrom(bytes, file.name, ({ auto }) => auto);
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
      <fieldset class="modes">
        <legend>Settings</legend>
        {RECIPES.map(([name, title, about]) => (
          <label key={name}>
            <input
              type="radio"
              name="recipe"
              checked={chosen?.[0] === name}
              onChange={() => change(recipes[name])}
            />
            <span>{title}</span>
            <span class="about">{about}</span>
          </label>
        ))}
      </fieldset>
      <details open={!chosen}>
        <summary>Every number by hand</summary>
        <div class="fields">
          <Whole
            label="letters it sees"
            {...field("contextLength")}
            most={16}
          />
          <Whole
            label="numbers for a letter"
            {...field("embeddingSize")}
            most={64}
          />
          <Whole
            label="hidden units"
            {...field("hiddenSize")}
            most={1000}
          />
          <Whole
            label="steps"
            {...field("steps")}
            most={1e7}
          />
          <Whole
            label="rows in a step"
            {...field("batchSize")}
            most={4096}
          />
          <Rate
            label="learning rate"
            {...field("learningRate")}
          />
          <Rate
            label="rate at the end"
            {...field("finalLearningRate")}
          />
          <Choice
            label="the rate falls"
            {...field("schedule")}
          >
            <option value="step">after half of the steps</option>
            <option value="cosine">along a cosine</option>
            <option value="constant">never</option>
          </Choice>
          <Choice
            label="weights begin"
            {...field("initialization")}
          >
            <option value="scaled">scaled</option>
            <option value="randn">large, as in the lecture</option>
            <option value="small">scaled, C small</option>
          </Choice>
          <Rate
            label="weight decay"
            {...field("weightDecay")}
          />
          <Whole
            label="patience in steps"
            {...field("patience")}
            least={0}
            most={1e7}
          />
          <Whole
            label="seed"
            {...field("seed")}
            least={0}
            most={Number.MAX_SAFE_INTEGER}
          />
          <Choice
            label="a·b + c is"
            {...field("arithmetic")}
          >
            <option value="separate">rounded twice, the same everywhere</option>
            <option value="fused">rounded once, faster</option>
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
  readonly label: string;
  readonly name: keyof Settings;
  readonly settings: Settings;
  readonly change: (part: Partial<Settings>) => void;
}

function Whole({ label, name, settings, change, least = 1, most }: Field & {
  least?: number;
  most: number;
}) {
  return (
    <label>
      {label}
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
    </label>
  );
}

function Rate({ label, name, settings, change }: Field) {
  return (
    <label>
      {label}
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
    </label>
  );
}

function Choice(
  { label, name, settings, change, children }: Field & {
    children: ComponentChildren;
  },
) {
  return (
    <label>
      {label}
      <select
        value={String(settings[name])}
        onChange={({ currentTarget: { value } }) => change({ [name]: value })}
      >
        {children}
      </select>
    </label>
  );
}
