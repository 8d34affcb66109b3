/** The playground in browsers. */

import type { Browser, Page } from "playwright-core";
import { buildPage } from "../../tools/build_playground.ts";
import { BROWSERS } from "../platforms/browsers.ts";

/** The address of the page as a file, built once. */
export const address: Promise<string> = (async () => {
  if (BROWSERS.every(({ ignore }) => ignore)) return "";
  const file = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(file, await buildPage());
  addEventListener("unload", () => Deno.removeSync(file));
  return `file://${file}`;
})();

/** An opened page, and what it must not do. */
export interface Opened {
  readonly page: Page;
  /** Errors, dialogs and requests that leave the page. */
  readonly faults: string[];
}

/** Opens the page, and waits until it is ready. */
export async function openPage(
  browser: Browser,
  link = "",
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<Opened> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("console", (message) => faults.push(message.text()));
  page.on("dialog", async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(file|blob|data):/.test(url)) faults.push(`request: ${url}`);
  });
  await page.goto(await address + link);
  await page.locator(".written li").first().waitFor();
  return { page, faults };
}

/** The hash of the weights, once nothing trains. */
export async function hashOf(page: Page): Promise<string> {
  const hash = page.locator("#hash", { hasText: /^[0-9a-f]{64}$/ });
  return (await hash.textContent())!;
}
