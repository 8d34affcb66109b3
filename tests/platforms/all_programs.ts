/** Prints what the program computes with mod.ts and core.ts, and reads a file. */

import * as core from "../../core.ts";
import * as mod from "../../mod.ts";
import { program } from "./program.ts";

console.log(await program(mod));
console.log(await program(core as unknown as typeof mod));
try {
  const { words } = mod.readWords("data/names.txt");
  console.log(`${words.length} words`);
} catch (error) {
  console.log(String(error));
}
