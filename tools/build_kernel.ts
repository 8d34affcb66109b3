/**
 * Compiles lib/kernel/assembly/ to lib/kernel/kernel_wasm.ts:
 *
 *     deno task build:kernel
 *
 * With `--check` nothing is written: the module is built in memory, and the
 * exit code is 1 unless it is, byte for byte, the one that stands there.
 *
 * @module
 */

import asc from "assemblyscript/asc";
import { toBase64 } from "../lib/kernel/base64.ts";

const entry = "lib/kernel/assembly/kernel.ts";
const target = "lib/kernel/kernel_wasm.ts";
const root = new URL("../", import.meta.url);

/** The WebAssembly module, from the AssemblyScript sources. */
async function compile(): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main([
    entry,
    "--outFile",
    "kernel.wasm",
    "--optimizeLevel",
    "3",
    "--converge",
    "--noAssert",
    "--runtime",
    "stub",
    "--enable",
    "simd",
    // Vectors in signatures, and usize taken for u32: both are meant.
    "--disableWarning",
    "112",
    "--disableWarning",
    "201",
    // The module imports nothing, not even a function to fail with.
    "--use",
    "abort=",
  ], {
    readFile(name) {
      try {
        return Deno.readTextFileSync(new URL(name, root));
      } catch {
        return null;
      }
    },
    writeFile(_name, contents) {
      wasm = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) {
    throw new Error(`Cannot compile ${entry}:\n${stderr.toString()}`);
  }
  const imports = WebAssembly.Module.imports(
    new WebAssembly.Module(wasm.slice()),
  );
  if (imports.length > 0) {
    const names = imports.map((wish) => `${wish.module}.${wish.name}`);
    throw new Error(`The kernel imports ${names.join(", ")}`);
  }
  if (stderr.toString() !== "") console.error(stderr.toString());
  return wasm;
}

/** The text of lib/kernel/kernel_wasm.ts. */
function toModule(wasm: Uint8Array): string {
  return `/**
 * The compiled kernel: ${wasm.length} bytes of WebAssembly in base64.
 * Written by \`deno task build:kernel\` from lib/kernel/assembly/. Don't edit.
 *
 * @module
 */
// deno-fmt-ignore-file

/** The module, in base64. */
export const kernelWasm: string =
  "${toBase64(wasm)}";
`;
}

/** What stands there, if anything. */
function committed(): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(target, root));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  const text = toModule(await compile());
  if (!Deno.args.includes("--check")) {
    Deno.writeTextFileSync(new URL(target, root), text);
  } else if (committed() !== text) {
    console.error(
      `${target} is not what its sources make: run \`deno task build:kernel\` and commit the file`,
    );
    Deno.exit(1);
  }
}
