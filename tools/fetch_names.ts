/**
 * `deno task data`: fetches the lecture's list, names.txt of karpathy/makemore,
 * into data/makemore/, where the loaders find it.
 */

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeFileAtomically } from "../cli/atomic_file.ts";

/** Where the list is. */
export const ADDRESS =
  "https://raw.githubusercontent.com/karpathy/makemore/master/names.txt";

/** SHA-256 of the list that the lecture used. */
export const SHA256 =
  "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d";

const FOLDER = new URL("../data/makemore/", import.meta.url);

/** Whether the list has been fetched into this checkout. */
export function hasCanonicalList(): boolean {
  return existsSync(new URL("names.txt", FOLDER));
}

/** What a person can do who has no network here. */
const BY_HAND = `download ${ADDRESS} elsewhere and put it at ` +
  "data/makemore/names.txt; without it, everything works on the embedded list";

/**
 * Fetches the list and writes it into a folder, in one piece or not at all.
 *
 * @param folder where names.txt goes
 * @param get how the address is read; a test gives its own
 * @throws {Error} if there is no network, or it is not the lecture's list
 */
export async function fetchNames(
  folder: URL,
  get: (address: string) => Promise<Response> = fetch,
): Promise<void> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const response = await get(ADDRESS);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`Cannot fetch ${ADDRESS} (${message}): ${BY_HAND}`);
  }
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== SHA256) {
    throw new Error(
      `What ${ADDRESS} holds is not the lecture's list: its SHA-256 is ` +
        `${hash}, not ${SHA256}; nothing was written`,
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  const path = fileURLToPath(new URL("names.txt", folder));
  writeFileAtomically(path, bytes);
}

if (import.meta.main) {
  try {
    await fetchNames(FOLDER);
    console.log("data/makemore/names.txt is the lecture's list, 32,033 names");
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(1);
  }
}
