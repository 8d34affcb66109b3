/**
 * A link: everything that decides the weights of a run, in the part of the
 * address after #, which no server sees. A short list travels in it, a long one
 * as its hash; of the settings those that are not the lecture's.
 */

import { type Edit, LECTURE, type Settings } from "./settings.ts";

/** What a link holds. */
export interface Linked {
  /** The list: embedded, in the link, or a file with this hash. */
  readonly list: { text?: string; hash?: string };
  readonly settings: Settings;
  /** The number of steps to take. */
  readonly step: number;
  readonly edits: readonly Edit[];
}

/** The most bytes of a compressed list in a link. */
const MOST_BYTES = 8192;
/** The most bytes of a list that comes out of a link. */
const MOST_TEXT = 2 ** 20;

/** The short names of the settings. */
const NAMES: { readonly [name in keyof Settings]: string } = {
  contextLength: "T",
  embeddingSize: "E",
  hiddenSize: "H",
  initialization: "init",
  steps: "steps",
  batchSize: "batch",
  learningRate: "rate",
  finalLearningRate: "end",
  schedule: "schedule",
  weightDecay: "decay",
  keepEqualTogether: "together",
  patience: "patience",
  seed: "seed",
  arithmetic: "arithmetic",
};

/** The values that a setting of words can have. */
const CHOICES: Partial<Record<keyof Settings, readonly unknown[]>> = {
  initialization: ["randn", "scaled", "small"],
  schedule: ["step", "cosine", "constant"],
  arithmetic: ["separate", "fused"],
  keepEqualTogether: [true, false],
};

/**
 * Writes the part of a link after #.
 *
 * @param linked what it holds; a list that is too long is left out, so give its
 * hash too
 */
export async function writeLink(linked: Linked): Promise<string> {
  const { list: { text, hash }, settings, step, edits } = linked;
  const query = new URLSearchParams();
  if (text !== undefined && text.length <= MOST_TEXT) {
    const packed = await pack(text);
    if (packed.length <= MOST_BYTES) query.set("words", toBase64Url(packed));
    else query.set("list", hash!);
  } else if (hash !== undefined) query.set("list", hash);
  for (const [name, short] of Object.entries(NAMES)) {
    const value = settings[name as keyof Settings];
    if (value !== LECTURE[name as keyof Settings]) {
      query.set(short, String(value));
    }
  }
  if (step > 0) query.set("step", String(step));
  if (edits.length > 0) {
    query.set(
      "edits",
      edits.map(({ step, index, value }) => [step, index, value].join("_"))
        .join("~"),
    );
  }
  return query.toString();
}

/**
 * Reads the part of a link after #.
 *
 * @returns what it holds, or `undefined` if it is empty or a place in the page
 * @throws {RangeError} if it is damaged
 */
export async function readLink(text: string): Promise<Linked | undefined> {
  const query = new URLSearchParams(text.replace(/^#/, ""));
  const known = [...Object.values(NAMES), "words", "list", "step", "edits"];
  if (!known.some((name) => query.has(name))) return; // or it is a place
  const settings: Record<string, unknown> = { ...LECTURE };
  for (const [name, short] of Object.entries(NAMES)) {
    const value = query.get(short);
    if (value !== null) {
      settings[name] = valueOf(name as keyof Settings, value);
    }
  }
  const words = query.get("words");
  const hash = query.get("list");
  if (hash !== null && !/^[0-9a-f]{64}$/.test(hash)) {
    throw damaged("list", hash);
  }
  return {
    list: words !== null
      ? { text: await unpack(words) }
      : hash !== null
      ? { hash }
      : {},
    settings: settings as unknown as Settings,
    step: query.has("step") ? wholeOf("step", query.get("step")!) : 0,
    edits: (query.get("edits") ?? "").split("~").filter(Boolean).map((edit) => {
      const [step, index, value] = edit.split("_").map(Number);
      const isEdit = Number.isSafeInteger(step) &&
        Number.isSafeInteger(index) &&
        step >= 0 && index >= 0 && Number.isFinite(Math.fround(value));
      if (!isEdit) throw damaged("edit", edit);
      return { step, index, value };
    }),
  };
}

function valueOf(name: keyof Settings, text: string): unknown {
  const choices = CHOICES[name];
  if (choices) {
    const found = choices.find((choice) => String(choice) === text);
    if (found === undefined) throw damaged(name, text);
    return found;
  }
  const value = Number(text);
  const isRate = /rate|decay/i.test(name);
  if (!isRate) return wholeOf(name, text);
  if (text === "" || !(value >= 0 && value < Infinity)) {
    throw damaged(name, text);
  }
  return value;
}

function wholeOf(name: string, text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isSafeInteger(value) || value < 0) {
    throw damaged(name, text);
  }
  return value;
}

function damaged(name: string, text: string): RangeError {
  const shown = JSON.stringify(text.slice(0, 40));
  return new RangeError(`Cannot open this link: its ${name} is ${shown}`);
}

async function pack(text: string): Promise<Uint8Array> {
  return await through(
    new TextEncoder().encode(text),
    new CompressionStream("deflate-raw"),
    Infinity,
  );
}

async function unpack(words: string): Promise<string> {
  try {
    const binary = atob(words.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (byte) => byte.charCodeAt(0));
    const stream = new DecompressionStream("deflate-raw");
    return new TextDecoder("utf-8", { fatal: true })
      .decode(await through(bytes, stream, MOST_TEXT));
  } catch {
    throw damaged("list of words", words);
  }
}

/** What comes out of a stream, which refuses to become too long. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: TransformStream<BufferSource, Uint8Array>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (;;) {
    const { value: chunk, done } = await reader.read();
    if (done) break;
    length += chunk.length;
    if (length > most) throw new RangeError("too long");
    chunks.push(chunk);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
