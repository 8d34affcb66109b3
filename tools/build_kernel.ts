/**
 * Compiles lib/kernel/assembly/ to lib/kernel/kernel_wasm.ts:
 *
 *     deno task build:kernel
 *
 * With `--check` nothing is written: the module is built in memory, and the
 * exit code is 1 unless it is, byte for byte, the one in lib/kernel/.
 *
 * @module
 */

import asc from "assemblyscript/asc";
import { toBase64 } from "../lib/kernel/base64.ts";
import { writeOrCheck } from "./write_or_check.ts";

const ENTRY = "lib/kernel/assembly/kernel.ts";

/**
 * The warnings are about vectors in signatures and usize taken for u32: both
 * are meant. The module imports nothing, not even a function to fail with.
 */
const OPTIONS = "--outFile kernel.wasm --optimizeLevel 3 --converge " +
  "--noAssert --runtime stub --enable simd --use abort= " +
  "--disableWarning 112 --disableWarning 201";

/** The WebAssembly module, from the AssemblyScript sources. */
async function compile(): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main([ENTRY, ...OPTIONS.split(" ")], {
    readFile(name) {
      try {
        return Deno.readTextFileSync(new URL(`../${name}`, import.meta.url));
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
    throw new Error(`Cannot compile ${ENTRY}:\n${stderr.toString()}`);
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

if (import.meta.main) {
  const module = toModule(await compile());
  writeOrCheck("build:kernel", { "lib/kernel/kernel_wasm.ts": module });
}
