/**
 * Builds the playground: one HTML file with the library, the kernel and the
 * embedded list inside, which works from a file and offline.
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import { page as current } from "../playground/notebook_page.ts";

const ROOT = new URL("../", import.meta.url);
const OUTPUT = new URL("out/playground/index.html", ROOT);

const read = (path: string) => Deno.readTextFileSync(new URL(path, ROOT));

/** The program as one script that can stand in a page. */
export async function bundle(entry: string): Promise<string> {
  const options = ["--quiet", "--platform", "browser"];
  options.push("--format", "iife", "--minify", entry);
  const { stdout, success } = await new Deno.Command("deno", {
    args: ["bundle", ...options],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot bundle ${entry}`);
  return new TextDecoder().decode(stdout).trim().replaceAll("</", "<\\/");
}

/** The page as it is served. */
export async function buildPage(): Promise<string> {
  const program = await bundle("playground/program.tsx");
  const parts: Record<string, string> = {
    STYLE: read("playground/style.css").replaceAll(/\s+/g, " "),
    LICENCES: read("playground/licences.txt") + "\n" + read("LICENSE"),
    PROGRAM: program,
    "SCRIPT-HASH": "sha256-" +
      createHash("sha256").update(program).digest("base64"),
  };
  return read("playground/page.html").replace(
    /STYLE|LICENCES|PROGRAM|SCRIPT-HASH/g,
    (name) => parts[name],
  );
}

/** The page as notebook.ts has it, packed. */
function notebookPage(page: string): string {
  const packed = deflateRawSync(Buffer.from(page), { level: 9 });
  return `/** The page of the playground, deflated, in base64: built by tools/build_playground.ts. */
export const page: string =
  "${packed.toString("base64")}";
`;
}

if (import.meta.main) {
  const page = await buildPage();
  const unpacked = inflateRawSync(Buffer.from(current, "base64")).toString();
  if (unpacked !== page) {
    if (Deno.args.includes("--check")) {
      console.error(
        "playground/notebook_page.ts is not what its sources make: run " +
          "`deno task playground:build` and commit the file",
      );
      Deno.exit(1);
    }
    const file = new URL("playground/notebook_page.ts", ROOT);
    Deno.writeTextFileSync(file, notebookPage(page));
  }
  Deno.mkdirSync(new URL(".", OUTPUT), { recursive: true });
  Deno.writeTextFileSync(OUTPUT, page);
  const zipped = (text: string) => gzipSync(Buffer.from(text), { level: 9 });
  const list = zipped(read("data/names.txt")).length;
  const size = zipped(page).length;
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} KB`;
  console.log(
    `out/playground/index.html: ${kilobytes(page.length)}, gzipped ${
      kilobytes(size)
    }, without the list ${kilobytes(size - list)}`,
  );
}
