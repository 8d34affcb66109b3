/// <reference lib="dom" />
/** The guided tour beside the page. */

import { signal } from "@preact/signals";
import { embeddedWords } from "../../core.ts";
import { LESSON, type LessonStep } from "../lessons.ts";
import { learnFrom, list, restart, trainTo } from "../session.ts";
import { mode, picked, place, word } from "./inside.tsx";

/** The step that is shown; undefined while the lesson is closed. */
export const lesson = signal<number>();

/** Goes to a step of the lesson, and sets the page up for it. */
export async function goTo(index: number): Promise<void> {
  const step = LESSON[index];
  lesson.value = index;
  if (step.look) {
    word.value = step.look.word;
    place.value = step.look.place;
    mode.value = step.look.mode;
    picked.value = undefined;
  }
  await setUp(step);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById(step.at)?.scrollIntoView({
    block: "nearest",
    behavior: calm ? "auto" : "smooth",
  });
}

async function setUp({ settings, names, step }: LessonStep): Promise<void> {
  if (names !== undefined) {
    const few = embeddedWords().words.slice(0, names).join("\n");
    await learnFrom(few, `the first ${names} names`, () => settings);
  } else if (list.value?.text !== undefined) {
    await learnFrom(undefined, undefined, () => settings);
  } else await restart(settings);
  if (step !== undefined) await trainTo(step);
}

/** The lesson. */
export function Lesson() {
  const at = lesson.value;
  if (at === undefined) {
    return (
      <aside class="lesson closed" aria-label="Lesson">
        <button type="button" onClick={() => goTo(0)}>
          Take the lesson: {LESSON.length} short steps
        </button>
      </aside>
    );
  }
  const { title, says, asks } = LESSON[at];
  return (
    <aside class="lesson" aria-label="Lesson">
      <div class="lesson-head">
        <span>Lesson, {at + 1} of {LESSON.length}</span>
        <button
          type="button"
          class="quiet"
          onClick={() => lesson.value = undefined}
        >
          Close
        </button>
      </div>
      <div aria-live="polite">
        <h2>{title}</h2>
        {says.map((text) => <p key={text}>{text}</p>)}
        <p class="asks">
          <b>Try:</b> {asks}
        </p>
      </div>
      <div class="buttons">
        <button type="button" disabled={at === 0} onClick={() => goTo(at - 1)}>
          Back
        </button>
        {at + 1 < LESSON.length && (
          <button
            type="button"
            class="primary small"
            onClick={() => goTo(at + 1)}
          >
            Next
          </button>
        )}
        <button type="button" class="quiet" onClick={() => goTo(at)}>
          Set up again
        </button>
      </div>
    </aside>
  );
}
