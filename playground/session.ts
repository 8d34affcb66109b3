/// <reference lib="dom" />
/** What the page knows, and what it can do: all parts read it from here. */

import { batch, computed, effect, signal } from "@preact/signals";
import type { ParameterArrays } from "../core.ts";
import { connect, type Remote } from "./channel.ts";
import type { Engine, Frame, ListFacts, RunFacts } from "./engine.ts";
import { History } from "./history.ts";
import { type Linked, readLink, writeLink } from "./link.ts";
import { parted } from "./run.ts";
import { type Edit, FIRST, type Settings } from "./settings.ts";

/** What the page is doing. */
type Status = "loading" | "ready" | "training" | "ended";

export const status = signal<Status>("loading");
/** What went wrong last, in a sentence. */
export const problem = signal<string>();
export const list = signal<ListFacts>();
export const run = signal<RunFacts>();
export const frame = signal<Frame>();
/** A frame four times a second, for what need not move smoothly. */
export const calmFrame = signal<Frame>();
/** The losses so far; it changes in place with each frame. */
export const history = signal(new History());
/** Those of the run before, for comparison. */
export const previous = signal<History>();
/** The n-gram that is best on dev; undefined while it is counted. */
export const ngram = signal<{ order: number; loss: number }>();
/** SHA-256 of the weights, while nothing trains. */
export const hash = signal<string>();
/** Steps a second, measured. */
export const pace = signal(0);
/** Steps a second at most; 0 for as many as there can be. */
export const slowness = signal(0);
/** The list that a link or a file asks for, by its hash. */
const wanted = signal<string>();
/** The step that a link goes to. */
export const goal = signal(0);

/** The weights of the last calm frame. */
export const parameters = computed<ParameterArrays | undefined>(() =>
  run.value && calmFrame.value && parted(calmFrame.value.weights, run.value)
);
/** The loss of a model that knows nothing: all letters are equally likely. */
export const guessing = computed(() => Math.log(run.value?.tokens.length ?? 1));

let engine: Remote<Engine>;
let counter: Remote<Engine> | undefined;
let pending: Frame | undefined;
/** The time between two calm frames, in milliseconds. */
const CALM = 250;
let calmAt = 0;
let measured = { at: 0, step: 0 };

let program: string | undefined;
/** The worker has the page's own program. */
function newWorker(onNews?: (frame: Frame) => void): Remote<Engine> {
  const { textContent } = document.getElementById("program")!;
  program ??= URL.createObjectURL(
    new Blob([textContent!], { type: "text/javascript" }),
  );
  const worker = new Worker(program);
  worker.onerror = ({ message }) => problem.value = message;
  return connect<Engine>(worker, onNews as (news: never) => void);
}

/** Takes a frame in; it is drawn with the screen's next one. */
function receive(next: Frame): void {
  const { step, losses, train, dev } = next;
  const seen = history.peek();
  if (step < (pending ?? frame.peek() ?? next).step) seen.clear();
  seen.add(step, losses);
  if (train !== undefined && dev !== undefined) {
    seen.judge({ step, train, dev });
  }
  const isScheduled = pending !== undefined;
  pending = next;
  if (isScheduled) return;
  const draw = () => {
    const latest = pending;
    if (!latest) return; // another run has begun
    pending = undefined;
    const now = performance.now();
    batch(() => {
      frame.value = latest;
      if (now - calmAt > CALM || status.peek() !== "training") {
        calmFrame.value = latest;
        calmAt = now;
      }
      if (now - measured.at > 500) {
        const steps = latest.step - measured.step;
        pace.value = Math.max(0, 1000 * steps / (now - measured.at));
        measured = { at: now, step: latest.step };
      }
    });
    askAgain(now);
  };
  if (document.hidden) draw();
  else requestAnimationFrame(draw);
}

/** Asks for another frame, the later the longer this one takes to be drawn. */
function askAgain(begun: number): void {
  if (document.hidden) return void engine.shown();
  requestAnimationFrame(() => {
    const took = performance.now() - begun;
    setTimeout(() => engine.shown(), 2 * took);
  });
}

/** Does something, and says in a sentence if it fails. */
async function attempt(act: () => Promise<void>): Promise<void> {
  problem.value = undefined;
  try {
    await act();
  } catch (error) {
    problem.value = (error as Error).message;
  }
}

/** Begins with what the address says, or with the embedded names. */
export async function open(given?: Linked): Promise<void> {
  engine = newWorker(receive);
  const plain = { list: {}, settings: FIRST, step: 0, edits: [] };
  await attempt(async () => {
    const linked = given ?? await readLink(location.hash).catch((error) => {
      problem.value = error.message;
    });
    await go(linked ?? plain);
  });
  // another link in the same tab changes only the part after #
  addEventListener("hashchange", () =>
    attempt(async () => {
      const linked = await readLink(location.hash);
      if (linked) await go(linked);
    }));
}

/** Goes to what a link holds, or asks for its list. */
async function go(linked: Linked): Promise<void> {
  await engine.pause();
  await read(linked.list.text);
  const { hash } = linked.list;
  const isHere = hash === undefined || hash === list.value!.hash;
  wanted.value = isHere ? undefined : hash;
  later = isHere ? undefined : linked;
  if (isHere) return await follow(linked);
  problem.value = "This link needs the list that it was made with: open " +
    "that file under Words.";
  await begin(FIRST);
}

let later: Linked | undefined;

async function follow({ settings, step, edits }: Linked): Promise<void> {
  await begin(settings, edits);
  if (step > 0) {
    goal.value = step;
    await trainUntil(step);
    goal.value = 0;
  }
}

/** Whether the run before learned from another list, so that it says nothing. */
let isOtherList = false;

async function read(
  text?: string | Uint8Array,
  source?: string,
): Promise<void> {
  const facts = await engine.read(text, source);
  isOtherList = facts.hash !== list.peek()?.hash;
  list.value = facts;
}

async function begin(
  settings: Settings,
  edits: readonly Edit[] = [],
): Promise<void> {
  await take(await engine.start(settings, edits));
}

/** Takes a run in: first what it is, then its first frame. */
async function take(facts: RunFacts): Promise<void> {
  batch(() => {
    startHistory();
    run.value = facts;
    status.value = "ready";
  });
  count();
  await engine.show();
  await settle();
}

/** The run so far becomes the one before. */
function startHistory(): void {
  hash.value = undefined;
  if (isOtherList) previous.value = undefined;
  else if ((frame.peek()?.step ?? 0) > 0) previous.value = history.peek();
  isOtherList = false;
  history.value = new History();
  pending = undefined;
  measured = { at: 0, step: 0 };
  frame.value = calmFrame.value = undefined;
}

/** Counts n-grams in a worker of its own, since that takes a second. */
let counted = "";
async function count(): Promise<void> {
  const { settings: { keepEqualTogether } } = run.peek()!;
  const { hash, text } = list.peek()!;
  const key = hash + keepEqualTogether;
  if (key === counted) return;
  counted = key;
  ngram.value = undefined;
  counter?.terminate();
  const own = counter = newWorker();
  try {
    const found = await own.ngram(text, keepEqualTogether);
    if (key === counted) ngram.value = found;
  } catch {
    // a page without this line is better than none
  }
  own.terminate();
}

async function trainUntil(step?: number): Promise<void> {
  hash.value = undefined;
  status.value = "training";
  measured = { at: performance.now(), step: frame.peek()?.step ?? 0 };
  try {
    await engine.train(step);
  } finally {
    pace.value = 0;
    settle();
  }
}

/** Nothing trains any more. */
async function settle(): Promise<void> {
  const { ending } = pending ?? frame.peek() ?? {};
  status.value = ending ? "ended" : "ready";
  calmFrame.value = frame.peek();
  hash.value = await engine.hash().catch(() => undefined);
}

/** Trains until the run ends, or pauses. */
export function toggle(): Promise<void> {
  return attempt(async () => {
    if (status.value === "training") await engine.pause();
    else await trainUntil();
  });
}

/** Trains until so many steps are done. */
export function trainTo(step: number): Promise<void> {
  return attempt(() => trainUntil(step));
}

/** Takes one step. */
export function stepOnce(): Promise<void> {
  return attempt(async () => {
    hash.value = undefined;
    await engine.step();
    await settle();
  });
}

/** Goes back to the start. */
export function rewind(): Promise<void> {
  return attempt(async () => {
    await engine.pause();
    startHistory();
    await engine.rewind();
    await settle();
  });
}

/** Sets a weight, and goes on if it was training. */
export function edit(index: number, value: number): Promise<void> {
  return attempt(async () => {
    const isTraining = status.value === "training";
    hash.value = undefined;
    await engine.edit(index, value);
    if (isTraining) await trainUntil();
    else await settle();
  });
}

/** Begins again with other settings. */
export function restart(settings: Settings): Promise<void> {
  return attempt(() => begin(settings));
}

/**
 * Learns from another list.
 *
 * @param text the list; without one it is the embedded names
 * @param choose the settings, by what is known of the list
 */
export function learnFrom(
  text: string | Uint8Array | undefined,
  source: string | undefined,
  choose: (facts: ListFacts) => Settings,
): Promise<void> {
  return attempt(async () => {
    await engine.pause();
    await read(text, source);
    const linked = later;
    if (linked && list.value!.hash === wanted.value) {
      wanted.value = later = undefined;
      await follow(linked);
    } else await begin(choose(list.value!));
  });
}

/** Opens a file: a checkpoint of the list, or another list. */
export async function openFile(file: File | undefined): Promise<void> {
  if (!file) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!/\.safetensors$/i.test(file.name)) {
    await learnFrom(bytes, file.name, ({ auto }) => auto);
  } else {
    await attempt(async () => take(await engine.open(bytes, file.name)));
  }
}

/** Opens the file that is dropped anywhere on the page. */
export function openDropped(): void {
  for (const type of ["dragover", "drop"] as const) {
    addEventListener(type, (event) => {
      const { types, files } = (event as DragEvent).dataTransfer!;
      if (!types.includes("Files")) return; // text goes where it is dropped
      event.preventDefault();
      if (type === "drop") openFile(files[0]);
    });
  }
}

/** The run as a checkpoint. */
export function checkpoint(): Promise<Uint8Array> {
  return engine.save();
}

/** Writes words, or draws letters. */
export const write: Remote<Engine>["write"] = (...args) =>
  engine.write(...args);
export const letter: Remote<Engine>["letter"] = (...args) =>
  engine.letter(...args);

/** The link of this moment. */
export async function link(): Promise<string> {
  const { text, hash } = list.peek()!;
  const { settings } = run.peek()!;
  const { step, edits } = frame.peek()!;
  const [address] = location.href.split("#");
  return address + "#" +
    await writeLink({ list: { text, hash }, settings, step, edits });
}

effect(() => void (status.value !== "loading" && engine.pace(slowness.value)));
