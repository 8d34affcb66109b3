/** Browsers without a window, driven by Playwright. */

import {
  type Browser,
  chromium,
  firefox,
  type LaunchOptions,
} from "playwright-core";
import { findPlatform } from "./platforms.ts";

/** A browser that may be here. */
export interface Known {
  readonly name: string;
  readonly ignore: boolean;
  launch(): Promise<Browser>;
}

/** Playwright 1.65 asks for what Debian's Firefox does not know. */
export const BROWSERS: readonly Known[] = [
  known("Chromium", "chromium", /^Chromium \d/, (options) =>
    chromium.launch({
      ...options,
      args: ["--no-sandbox", "--enable-precise-memory-info"],
    })),
  known(
    "Firefox",
    "firefox-esr",
    /^Mozilla Firefox \d/,
    (options) => firefox.launch({ ...options, channel: "moz-firefox" }),
  ),
];

function known(
  name: string,
  program: string,
  version: RegExp,
  launch: (options: LaunchOptions) => Promise<Browser>,
): Known {
  const { path, ignore } = findPlatform(program, version);
  const absolute = () =>
    (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/${path}`)
      .find((file) => {
        try {
          return Deno.statSync(file).isFile;
        } catch {
          return false; // it is in another folder
        }
      });
  return {
    ...{ name, ignore },
    launch: () => launch({ executablePath: absolute(), timeout: 120_000 }),
  };
}
