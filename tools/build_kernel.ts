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

import { toBase64 } from "../lib/kernel/base64.ts";
import { writeOrCheck } from "./write_or_check.ts";

/**
 * Imported when the kernel is built, and not named in deno.json: Deno gives
 * tfjs, which requires `long` without naming it, the latest version in
 * deno.lock, and a new cache would not have the compiler's.
 */
const COMPILER = "npm:assemblyscript@0.28.20/asc";

const ENTRY = "lib/kernel/assembly/kernel.ts";
const THREADS = "lib/kernel/assembly/threads";

/**
 * The warnings are about vectors in signatures and usize taken for u32: both
 * are meant. The module imports a memory, which threads can share, and nothing
 * else, not even a function to fail with.
 */
const OPTIONS = "--outFile kernel.wasm --optimizeLevel 3 --converge " +
  "--noAssert --runtime stub --enable simd --enable threads --use abort= " +
  "--importMemory --sharedMemory --initialMemory 512 --maximumMemory 65536 " +
  "--zeroFilledMemory --memoryBase 8192 --disableWarning 112 --disableWarning 201";

/** As many as fit between their address in threads.ts and the data. */
const MOST_GLOBALS = (2048 - 256) / 8;

/**
 * Writes storeGlobals and loadGlobals of threads.ts: an instance has globals of
 * its own, and so its thread gets those of the first one by memory.
 */
class GlobalsInMemory {
  // npm:binaryen, which compiles what asc has parsed, and comes with it
  // deno-lint-ignore no-explicit-any
  declare readonly binaryen: any;

  // deno-lint-ignore no-explicit-any
  afterCompile(module: any): void {
    const { none, i32, getGlobalInfo } = this.binaryen;
    const kindOf = (type: number) =>
      ["i32", "i64", "f32", "f64"].find((kind) =>
        this.binaryen[kind] === type
      )!;
    const globals = Array.from(
      { length: module.getNumGlobals() },
      (_, i) => getGlobalInfo(module.getGlobalByIndex(i)),
    ).filter(({ mutable }) => mutable);
    if (globals.length > MOST_GLOBALS) throw new Error("Too many globals");
    const address = () => module.local.get(0, i32);
    const bodies = {
      // only what has changed, so that the others' caches keep the rest
      storeGlobals: globals.map(({ name, type }, i) => {
        const kind = module[kindOf(type)];
        const value = () => module.global.get(name, type);
        return module.if(
          kind.ne(kind.load(8 * i, 0, address()), value()),
          kind.store(8 * i, 0, address(), value()),
        );
      }),
      loadGlobals: globals.map(({ name, type }, i) =>
        module.global.set(name, module[kindOf(type)].load(8 * i, 0, address()))
      ),
    };
    for (const [name, body] of Object.entries(bodies)) {
      const path = `${THREADS}/${name}`;
      module.removeFunction(path);
      module.addFunction(path, i32, none, [], module.block(null, body));
    }
  }
}

/** A WebAssembly module, from the AssemblyScript sources. */
async function compile(...more: string[]): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const options = [...OPTIONS.split(" "), ...more];
  const { default: asc } = await import(COMPILER);
  const { error, stderr } = await asc.main([ENTRY, ...options], {
    transforms: [GlobalsInMemory],
    readFile(name: string) {
      try {
        return Deno.readTextFileSync(new URL(`../${name}`, import.meta.url));
      } catch {
        return null;
      }
    },
    writeFile(_name: string, contents: Uint8Array) {
      wasm = contents;
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
