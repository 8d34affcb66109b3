/**
 * `deno task data`: fetches the lecture's list, names.txt of karpathy/makemore,
 * into data/makemore/, where the loaders find it. `deno task data brown` fetches
 * the text of the paper, the Brown corpus, into data/brown/ for `deno task
 * paper`.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../cli/atomic_file.ts";
import { quote } from "../lib/errors/quote.ts";

/** A file that is fetched once and never committed. */
export interface Source {
  /** Where it is. */
  readonly address: string;
  /** The SHA-256 of its bytes. */
  readonly sha256: string;
  /** Where it goes, from the root of the checkout. */
  readonly path: string;
  /** What it is called. */
  readonly what: string;
  /** What works without it. */
  readonly without: string;
  /** What it is, once it is there. */
  readonly told: string;
}

/** What can be fetched, by the name that is typed. */
export const SOURCES = {
  names: {
    address:
      "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt",
    sha256: "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
    path: "data/makemore/names.txt",
    what: "the lecture's list",
    without: "without it, everything works on the embedded list",
    told: "data/makemore/names.txt is the lecture's list, 32,033 names",
  },
  brown: {
    address: "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/" +
      "packages/corpora/brown.zip",
    sha256: "9b275f9b3b95d7bd66ccfb7cd259f445a13bbe5d1f4107aba09fd3e8364bafa6",
    path: "data/brown/brown.zip",
    what: "the Brown corpus as NLTK packs it",
    without: "only deno task paper needs it",
    told: "data/brown/brown.zip is the Brown corpus of W. N. Francis and " +
      "H. Kučera, as NLTK packs it: 500 texts, 1,161,192 words. It may be " +
      "redistributed, for non-commercial use",
  },
} as const satisfies Readonly<Record<string, Source>>;

const ROOT = new URL("../", import.meta.url);

/** Whether a file has been fetched into this checkout. */
export function hasFetched(source: Source): boolean {
  return existsSync(new URL(source.path, ROOT));
}

/**
 * Fetches a file and writes it, in one piece or not at all.
 *
 * @param source what to fetch
 * @param root the checkout that it goes into
 * @param get how the address is read; a test gives its own
 * @throws {Error} if there is no network, or the file is not the one expected
 */
export async function fetchData(
  source: Source,
  root: URL,
  get: (address: string) => Promise<Response> = fetch,
): Promise<void> {
  const { address, sha256, path, what, without } = source;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const response = await get(address);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      `Cannot fetch ${address} (${message}): download it elsewhere and put it ` +
        `at ${path}; ${without}`,
    );
  }
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== sha256) {
    throw new Error(
      `What ${address} holds is not ${what}: its SHA-256 is ${hash}, not ` +
        `${sha256}; nothing was written`,
    );
  }
  const file = new URL(path, root);
  await Deno.mkdir(new URL(".", file), { recursive: true });
  writeFileAtomically(fileURLToPath(file), bytes);
}

if (import.meta.main) {
  try {
    const [name = "names", ...more] = Deno.args;
    const source = Object.entries(SOURCES).find(([key]) => key === name)?.[1];
    if (!source || more.length > 0) {
      throw new Error(
        `Cannot fetch ${quote(Deno.args.join(" "))}: deno task data takes ` +
          Object.keys(SOURCES).join(" or "),
      );
    }
    await fetchData(source, ROOT);
    console.log(source.told);
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
