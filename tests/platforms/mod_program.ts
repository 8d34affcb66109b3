/** Prints what the program computes with mod.ts, and what a file holds. */

import * as makemore from "../../mod.ts";
import { program } from "./program.ts";

console.log(await program(makemore));
try {
  const { words } = await makemore.readWords("data/names.txt");
  console.log(`${words.length} words`);
} catch (error) {
  console.log(String(error));
}
