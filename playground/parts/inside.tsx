/// <reference lib="dom" />
/** A context's way through the network, forward and back, in its true numbers. */

import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import {
  type Derivation,
  isSaturated,
  isWeight,
  type Mode,
  type Picked,
  SATURATED,
  writeOut,
} from "../arithmetic.ts";
import type { RunFacts } from "../engine.ts";
import { fixed, percent, short, shown, tiny } from "../format.ts";
import { type Look, lookAt, type Part } from "../look.ts";
import { calmFrame, edit, parameters, run, status } from "../session.ts";
import { indexOf } from "../settings.ts";
import { scheduleOf } from "../../lib/recipes/recipe.ts";
import { Choices } from "./choices.tsx";
import { Matrix } from "./matrix.tsx";

/** The word to look at, and the place of its letter that is to come. */
export const word = signal("emma");
export const place = signal(3);
export const mode = signal<Mode>("values");
export const picked = signal<Picked>();

/** The letters of the word that the network knows, and the end. */
const ids = computed(() => {
  const { tokens = [] } = run.value ?? {};
  const known = new Map(tokens.map((token, id) => [token, id]));
  const letters = [...new Intl.Segmenter().segment(word.value)]
    .map(({ segment }) => segment);
  return {
    ids: [...letters.flatMap((letter) => known.get(letter) || []), 0],
    unknown: [...new Set(letters.filter((letter) => !known.get(letter)))],
  };
});

/** Whether it is on the screen; otherwise it is still until training pauses. */
const isSeen = signal(false);

/** The context through the network. */
const look = computed<Look | undefined>(() => {
  const weights = parameters.value;
  const facts = run.value;
  if (!weights || !facts) return;
  const all = ids.value.ids;
  const at = Math.min(place.value, all.length - 1);
  const context = Array.from({ length: facts.contextLength }, (_, t) => {
    const from = at - facts.contextLength + t;
    return from < 0 ? 0 : all[from];
  });
  const rate = scheduleOf(facts.settings)(calmFrame.value!.step);
  return lookAt(weights, context, all[at], rate);
});

const MODES = [
  ["values", "Forward", "the numbers themselves"],
  ["gradient", "Gradient", "how the loss changes when a number grows"],
  [
    "change",
    "One step",
    "what one step on this context alone adds to each number",
  ],
] as const;

/**
 * The look inside. In place, the arithmetic of a number follows its stage, since
 * in a notebook the frame does not scroll, and nothing can stay in sight.
 */
export function Inside({ isInPlace = false }) {
  const facts = run.value;
  const seen = useRef<{ look?: Look; facts?: RunFacts }>({});
  const isMoving = status.value === "training";
  if (isSeen.value || !isMoving || seen.current.facts !== facts) {
    seen.current = { look: look.value, facts };
  }
  const now = seen.current.look;
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => isSeen.value = entries.at(-1)!.isIntersecting,
      { rootMargin: "200px" },
    );
    observer.observe(section.current!);
    return () => observer.disconnect();
  }, []);
  return (
    <section
      class="card inside"
      id="inside"
      ref={section}
      aria-labelledby="inside-title"
    >
      <div class="card-head">
        <h2 id="inside-title">Inside</h2>
      </div>
      <p>
        Take a word and one letter of it to guess. The network sees the{" "}
        {facts?.contextLength ?? 3}{" "}
        letters before it, and a dot where the word has not begun. Follow them
        down to the probability of each letter. Press any number to see how it
        came about.
      </p>
      <WordPicker />
      {now && facts && (
        <Flow look={now} tokens={facts.tokens} isInPlace={isInPlace} />
      )}
    </section>
  );
}

function WordPicker() {
  const { tokens = [] } = run.value ?? {};
  const { ids: all, unknown } = ids.value;
  const at = Math.min(place.value, all.length - 1);
  return (
    <div class="word-picker">
      <label>
        Word
        <input
          value={word.value}
          maxLength={30}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => word.value = event.currentTarget.value}
        />
      </label>
      <div class="letters" role="group" aria-label="The letter to guess">
        {all.map((id, i) => (
          <button
            key={i}
            type="button"
            class={i >= at - (run.value?.contextLength ?? 3) && i < at
              ? "seen"
              : ""}
            aria-pressed={i === at}
            aria-label={id === 0 ? "the end of the word" : tokens[id]}
            onClick={() => place.value = i}
          >
            {id === 0 ? "end" : shown(tokens[id])}
          </button>
        ))}
      </div>
      {unknown.length > 0 && (
        <p class="note">
          The network does not know{" "}
          {unknown.map((letter) => `“${letter}”`).join(", ")}.
        </p>
      )}
    </div>
  );
}

function Flow({ look, tokens, isInPlace }: {
  look: Look;
  tokens: readonly string[];
  isInPlace: boolean;
}) {
  const { sizes, context, target, loss, lossAfter, values } = look;
  const { V, T, E, H } = sizes;
  const of = mode.value;
  const numbers = look[of];
  const label = (id: number) => id === 0 ? "." : shown(tokens[id]);
  const most = (part: Part) =>
    numbers[part].reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const pick = (part: Part, columns: number, isTurned = false) => ({
    most: most(part),
    picked: picked.value?.part === part
      ? turned([
        Math.floor(picked.value.at / columns),
        picked.value.at % columns,
      ], isTurned)
      : undefined,
    valueAt: (i: number, j: number) =>
      numbers[part][isTurned ? j * columns + i : i * columns + j],
    onPick: (i: number, j: number) =>
      picked.value = {
        part,
        at: isTurned ? j * columns + i : i * columns + j,
      },
  });
  const full = values.h.filter(isSaturated).length;
  const input = (i: number) => `${label(context[Math.floor(i / E)])}`;
  const arithmetic = <Arithmetic look={look} tokens={tokens} />;
  const below = (...parts: Part[]) =>
    isInPlace && picked.value && parts.includes(picked.value.part) &&
    arithmetic;
  return (
    <>
      <p class="outcome">
        After <b class="letters-seen">{context.map(label).join("")}</b>{" "}
        the probability of <b>{target === 0 ? "the end" : label(target)}</b> is
        {" "}
        <b>{percent(values.probs[target])}</b>, so the loss is −ln{" "}
        {short(values.probs[target])} ={" "}
        <b>{fixed(loss, 3)}</b>. A step on this context alone would make it{" "}
        {fixed(lossAfter, 3)}; a step of training is the mean of many.
      </p>
      <Choices
        group="mode"
        legend="What to show of each number"
        choices={MODES}
        chosen={of}
        choose={(name) => mode.value = name}
      />
      <div class={isInPlace ? "flow in-place" : "flow"}>
        <div class="stages">
          <Stage
            title="1. Each letter has a row of numbers"
            about={`C is a table with ${E} numbers for each of the ${
              V - 1
            } letters, and for the dot. Marked: the rows of the context.`}
          >
            <Matrix
              name="C"
              rows={V}
              columns={E}
              rowLabel={label}
              marked={[...new Set(context)]}
              {...pick("C", E)}
            />
            {below("C")}
          </Stage>
          <Stage
            title={`2. The ${T} rows side by side are the inputs`}
            about="Copied from C in the order of the context."
          >
            <Matrix
              name="inputs"
              rows={1}
              columns={T * E}
              columnLabel={input}
              group={E}
              {...pick("inputs", T * E)}
            />
            {below("inputs")}
          </Stage>
          <Stage
            title={`3. ${H} hidden units look at all inputs`}
            about={`Each multiplies every input by a weight of its own, which is a column of W1, adds up, and adds its number of b1: that is z. Then tanh bends z into −1 … 1: that is h. ${full} of ${H} are saturated, beyond ±${SATURATED}.`}
          >
            <Matrix
              name="W1"
              rows={T * E}
              columns={H}
              rowLabel={input}
              group={E}
              cell={9}
              {...pick("W1", H)}
            />
            <Matrix name="b1" rows={1} columns={H} {...pick("b1", H)} />
            <Matrix name="z" rows={1} columns={H} {...pick("z", H)} />
            <Matrix name="h" rows={1} columns={H} {...pick("h", H)} />
            {below("W1", "b1", "z", "h")}
          </Stage>
          <Stage
            title="4. They speak for each letter, or against it"
            about="Each letter has a weight for every hidden unit: a column of W2, which is drawn here as a row. Multiplied by h and added up, plus its number of b2, that is the letter's logit: how much speaks for it."
          >
            <Matrix
              name="W2"
              rows={V}
              columns={H}
              rowLabel={label}
              marked={[target]}
              {...pick("W2", V, true)}
            />
            <Matrix
              name="b2"
              rows={1}
              columns={V}
              columnLabel={label}
              {...pick("b2", V)}
            />
            <Matrix
              name="logits"
              rows={1}
              columns={V}
              columnLabel={label}
              markedColumns={[target]}
              {...pick("logits", V)}
            />
            {below("W2", "b2", "logits")}
          </Stage>
          <Stage
            title="5. Softmax makes them probabilities"
            about="e to the power of each logit, divided by the sum: numbers from 0 to 1 that add up to 1."
          >
            <Bars look={look} tokens={tokens} />
            {below("probs")}
          </Stage>
        </div>
        {!isInPlace && arithmetic}
      </div>
    </>
  );
}

function turned(
  [row, column]: [number, number],
  isTurned: boolean,
): [number, number] {
  return isTurned ? [column, row] : [row, column];
}

function Stage(
  { title, about, children }: {
    title: string;
    about: string;
    children: ComponentChildren;
  },
) {
  return (
    <div class="stage">
      <h3>{title}</h3>
      <p class="note">{about}</p>
      {children}
    </div>
  );
}

/** The most letters with a bar of their own. */
const MOST_BARS = 60;

function Bars({ look, tokens }: { look: Look; tokens: readonly string[] }) {
  const { target, values: { probs } } = look;
  const of = mode.value;
  const numbers = look[of].probs;
  const order = [...probs.keys()];
  const shownIds = order.length <= MOST_BARS
    ? order
    : order.toSorted((a, b) => probs[b] - probs[a]).slice(0, MOST_BARS);
  const most = Math.max(...probs);
  return (
    <div
      class={of === "values" ? "bars" : "bars wide-bars"}
      role="group"
      aria-label="The probability of each letter"
    >
      {shownIds.map((id) => (
        <button
          key={id}
          type="button"
          class={id === target ? "bar right" : "bar"}
          aria-pressed={picked.value?.part === "probs" &&
            picked.value.at === id}
          onClick={() => picked.value = { part: "probs", at: id }}
        >
          <span
            class="fill"
            style={{ height: `${112 * probs[id] / most}px` }}
          />
          <span class="bar-label">{id === 0 ? "." : shown(tokens[id])}</span>
          <span class="hidden">{id === 0 ? " the end: " : ": "}</span>
          <span class="bar-value">
            {of === "values" ? (100 * probs[id]).toFixed(0) : tiny(numbers[id])}
          </span>
          <span class="hidden">
            {of === "values" && " percent"}
            {id === target && ", the right letter"}
          </span>
        </button>
      ))}
    </div>
  );
}

/** How the picked number came about; a weight can be set here. */
function Arithmetic(
  { look, tokens }: { look: Look; tokens: readonly string[] },
) {
  const now = picked.value;
  if (!now || now.at >= look.values[now.part].length) {
    return (
      <div
        class="arithmetic empty"
        role="group"
        aria-label="The arithmetic of a number"
      >
        <p class="note">
          Press a cell: its arithmetic is written out here, and a weight can be
          set by hand.
        </p>
      </div>
    );
  }
  const derivation = writeOut(look, mode.value, now, tokens);
  return (
    <div
      class="arithmetic"
      role="group"
      aria-label="The arithmetic of a number"
    >
      <div class="card-head">
        <h3>
          {derivation.name} ={" "}
          <span class="number">{short(derivation.value)}</span>
        </h3>
        <button
          type="button"
          class="quiet"
          onClick={() => picked.value = undefined}
        >
          Close
        </button>
      </div>
      <p>{derivation.words}</p>
      {derivation.formula && !derivation.terms && (
        <p class="formula">{derivation.formula}</p>
      )}
      {derivation.terms && <Terms derivation={derivation} />}
      {isWeight(now.part) && <Setter look={look} part={now.part} at={now.at} />}
    </div>
  );
}

function Terms({ derivation }: { derivation: Derivation }) {
  const { terms = [], factors = ["", ""], formula } = derivation;
  const sum = terms.reduce((sum, { a, b }) => sum + a * b, 0);
  return (
    <>
      <div class="terms" tabIndex={0} role="group" aria-label="All products">
        <table>
          <thead>
            <tr>
              <td />
              <th>{factors[0]}</th>
              <td />
              <th>{factors[1]}</th>
              <td />
              <th>product</th>
            </tr>
          </thead>
          <tbody>
            {terms.map(({ label, a, b }, i) => (
              <tr key={i}>
                <th>{label}</th>
                <td>{short(a)}</td>
                <td>×</td>
                <td>{short(b)}</td>
                <td>=</td>
                <td>{short(a * b)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="formula">
        sum of {terms.length} products = {short(sum)}
        {formula && (
          <>
            <br />
            {formula}
          </>
        )}
      </p>
    </>
  );
}

function Setter(
  { look, part, at }: {
    look: Look;
    part: "C" | "W1" | "b1" | "W2" | "b2";
    at: number;
  },
) {
  const value = look.values[part][at];
  const set = (next: number) => {
    if (!Number.isFinite(Math.fround(next))) return;
    edit(indexOf(parameters.value!, part, at), next);
  };
  return (
    <div class="setter">
      <label>
        Set it to
        <input
          type="number"
          step="0.1"
          value={Number(value.toPrecision(6))}
          onChange={(event) => set(event.currentTarget.valueAsNumber)}
        />
      </label>
      <div class="buttons">
        <button type="button" onClick={() => set(value - 0.5)}>−0.5</button>
        <button type="button" onClick={() => set(0)}>0</button>
        <button type="button" onClick={() => set(value + 0.5)}>+0.5</button>
      </div>
      <p class="note">All that depends on it follows at once.</p>
    </div>
  );
}
