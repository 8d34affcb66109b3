/// <reference lib="dom" />
/** Train, pause, step, rewind; and how far it is. */

import { fixed, whole } from "../format.ts";
import { BackToLesson } from "./lesson.tsx";
import {
  calmFrame,
  goal,
  history,
  pace,
  problem,
  rewind,
  run,
  slowness,
  status,
  stepOnce,
  toggle,
} from "../session.ts";

const SPEEDS = [[0, "full speed"], [100, "100 a second"], [10, "10 a second"], [
  2,
  "2 a second",
]] as const;

/** The bar with the primary action. */
export function Controls() {
  const isTraining = status.value === "training";
  const step = calmFrame.value?.step ?? 0;
  const steps = run.value?.settings.steps ?? 0;
  const last = calmFrame.value && history.value.judgements.at(-1);
  const isDone = status.value === "ended";
  return (
    <div class="controls" role="group" aria-label="Training">
      <div class="buttons">
        <button
          type="button"
          class="primary"
          onClick={toggle}
          disabled={status.value === "loading" || isDone}
        >
          {isTraining ? "Pause" : "Train"}
        </button>
        <button
          type="button"
          onClick={stepOnce}
          disabled={status.value !== "ready"}
        >
          Step once
        </button>
        <button type="button" onClick={rewind} disabled={step === 0}>
          Rewind
        </button>
        <label class="speed">
          <span class="hidden">Steps</span>
          <select
            value={slowness.value}
            onChange={(event) =>
              slowness.value = Number(event.currentTarget.value)}
          >
            {SPEEDS.map(([value, label]) => (
              <option key={value} value={value}>{label}</option>
            ))}
          </select>
        </label>
      </div>
      <dl class="stats">
        <Stat
          name="step"
          value={whole(step)}
          rest={` of ${whole(goal.value || steps)}`}
        />
        <Stat name="train" value={last ? fixed(last.train, 3) : "–"} />
        <Stat name="dev" value={last ? fixed(last.dev, 3) : "–"} />
        <Stat
          name="steps a second"
          value={isTraining && pace.value > 0 ? whole(pace.value) : "–"}
        />
      </dl>
      <BackToLesson />
      <progress
        max={steps || 1}
        value={step}
        aria-label="Steps done"
      />
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
      <p class="hidden" role="status">{announcement()}</p>
    </div>
  );
}

function Stat(
  { name, value, rest }: { name: string; value: string; rest?: string },
) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {rest && <span class="rest">{rest}</span>}
      </dd>
    </div>
  );
}

/** What a screen reader says when the state changes, not with each frame. */
function announcement(): string {
  switch (status.value) {
    case "training":
      return "Training";
    case "ended":
      return calmFrame.peek()?.ending === "patience"
        ? "Training has ended: dev has not become better for long"
        : "Training has ended: all steps are done";
    case "ready": {
      const step = calmFrame.peek()?.step ?? 0;
      return step > 0 ? `Paused at step ${whole(step)}` : "Ready";
    }
    default:
      return "Loading";
  }
}
