/** Runs the program in a Worker, which then closes. */

/// <reference lib="deno.worker" />

await import("./mod_program.ts");
self.close();
