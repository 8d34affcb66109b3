/** Finds the platforms beside Deno itself, and bundles the library for them. */

import { assertEquals } from "@std/assert";
import * as makemore from "../../mod.ts";
import { program } from "./program.ts";

/** The folder with deno.json, in which the programs run. */
const ROOT = new URL("../..", import.meta.url);

/**
 * These tests take minutes, so `deno task test` skips them. With `"installed"`,
 * as in `deno task platforms`, those run whose platform is there. Otherwise this
 * is a folder in which npm has installed `node`, `bun` and an old `deno`, and no
 * platform is skipped: a test fails if its platform is missing.
 */
export const PLATFORMS = Deno.env.get("PLATFORMS");

/** A program that a test runs. */
export interface Platform {
  /** Its path, or its name if it is missing. */
  readonly path: string;
  /** Whether a test that needs it is skipped. */
  readonly ignore: boolean;
}

/** Looks for a program that prints such a version. */
export function findPlatform(name: string, version: RegExp): Platform {
  if (!PLATFORMS) return { path: name, ignore: true };
  const found = [`${PLATFORMS}/node_modules/.bin/${name}`, name].find(
    (path) => {
      try {
        const { stdout } = new Deno.Command(path, { args: ["--version"] })
          .outputSync();
        return version.test(new TextDecoder().decode(stdout));
      } catch {
        return false; // there is no such program
      }
    },
  );
  return { path: found ?? name, ignore: !found && PLATFORMS === "installed" };
}

/** Runs a program, and gives what it prints to stdout and stderr together. */
export async function run(path: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(path, {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

/** Makes one JavaScript file of all_programs.ts and all but some packages. */
export async function bundle(path: string, external: string[]): Promise<void> {
  const options = ["--quiet", "--platform", "browser", "--output", path];
  options.push(...external.map((name) => `--external=${name}`));
  const source = "tests/platforms/all_programs.ts";
  assertEquals(await run(Deno.execPath(), "bundle", ...options, source), "");
}

/**
 * The first two lines that all_programs.ts must print, for mod and core, in the
 * arithmetic that they say the platform has: that of Bun on x86-64 is separate.
 */
export async function expected(lines: readonly string[]): Promise<string[]> {
  const { arithmetic } = JSON.parse(lines[0]);
  makemore.setArithmetic(arithmetic);
  try {
    const line = known.get(arithmetic) ?? await program(makemore);
    known.set(arithmetic, line);
    return [line, line];
  } finally {
    makemore.setArithmetic("fused");
  }
}

/** What the program prints here, by arithmetic. */
const known = new Map<string, string>();
