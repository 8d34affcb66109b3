/**
 * Compiles lib/kernel/assembly/ to lib/kernel/kernel_wasm.ts, twice: with the
 * fused multiply–add of relaxed SIMD, and without:
 *
 *     deno task build:kernel
 *
 * With `--check` nothing is written: the modules are built in memory, and the
 * exit code is 1 unless they are, byte for byte, those in lib/kernel/.
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

/** A WebAssembly module, from the AssemblyScript sources. */
async function compile(...more: string[]): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const options = [...OPTIONS.split(" "), ...more];
  const { error, stderr } = await asc.main([ENTRY, ...options], {
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
function toModule(fused: Uint8Array, separate: Uint8Array): string {
  return `/**
 * The compiled kernel: ${fused.length} bytes of WebAssembly with fused
 * multiply–add, and ${separate.length} without, in base64.
 * Written by \`deno task build:kernel\` from lib/kernel/assembly/. Don't edit.
 *
 * @module
 */
// deno-fmt-ignore-file

/** The module that needs relaxed SIMD, in base64. */
export const fusedWasm: string =
  "${toBase64(fused)}";

/** The module that every engine with SIMD has, in base64. */
export const separateWasm: string =
  "${toBase64(separate)}";
`;
}

if (import.meta.main) {
  const fused = await compile("--enable", "relaxed-simd");
  writeOrCheck("build:kernel", {
    "lib/kernel/kernel_wasm.ts": toModule(fused, await compile()),
  });
}
