/** Runs the program in a Worker, which then closes. */

/// <reference lib="deno.worker" />

await import("./all_programs.ts");
self.close();
