/// <reference lib="dom" />
/** The guided tour beside the page. */

import { signal } from "@preact/signals";
import { Fragment } from "preact";
import { embeddedWords } from "../../core.ts";
import { LESSON, type LessonStep } from "../lessons.ts";
import { learnFrom, list, restart, trainTo } from "../session.ts";
import { mode, picked, place, word } from "./inside.tsx";

/** The step that is shown; undefined while the lesson is closed. */
const lesson = signal<number>();

/** Goes to a step of the lesson, and sets the page up for it. */
async function goTo(index: number): Promise<void> {
  const step = LESSON[index];
  lesson.value = index;
  if (step.look) {
    word.value = step.look.word;
    place.value = step.look.place;
    mode.value = step.look.mode;
    picked.value = undefined;
  }
  await setUp(step);
  // on a narrow screen the text would be out of sight
  const isBeside = matchMedia("(min-width: 1180px)").matches;
  show(isBeside ? step.at[0] : "lesson");
}

/** Scrolls to a part of the page. */
function show(id: string): void {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById(id)?.scrollIntoView({
    block: id === "lesson" ? "start" : "nearest",
    behavior: isCalm ? "auto" : "smooth",
  });
}

const PLACES = {
  map: "the map",
  loss: "the loss",
  write: "the new words",
  inside: "Inside",
  words: "words and settings",
};

/** The way back to the lesson, where it is not beside the page. */
export function BackToLesson() {
  const index = lesson.value;
  return index !== undefined && (
    <button
      type="button"
      class="text back-to-lesson"
      onClick={() => show("lesson")}
    >
      Lesson, {index + 1} of {LESSON.length}: {LESSON[index].title}
    </button>
  );
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
  const index = lesson.value;
  if (index === undefined) {
    return (
      <aside class="lesson closed" aria-label="Lesson">
        <button type="button" onClick={() => goTo(0)}>
          Take the lesson: {LESSON.length} short steps
        </button>
      </aside>
    );
  }
  const { title, says, asks, at } = LESSON[index];
  return (
    <aside class="lesson" id="lesson" aria-label="Lesson">
      <div class="lesson-head">
        <span>Lesson, {index + 1} of {LESSON.length}</span>
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
          {at.map((place) => (
            <Fragment key={place}>
              {" "}
              <button type="button" class="text" onClick={() => show(place)}>
                Show {PLACES[place]}
              </button>
            </Fragment>
          ))}
        </p>
      </div>
      <div class="buttons">
        <button
          type="button"
          disabled={index === 0}
          onClick={() => goTo(index - 1)}
        >
          Back
        </button>
        {index + 1 < LESSON.length && (
          <button
            type="button"
            class="primary small"
            onClick={() => goTo(index + 1)}
          >
            Next
          </button>
        )}
        <button type="button" class="quiet" onClick={() => goTo(index)}>
          Set up again
        </button>
      </div>
    </aside>
  );
}
