/// <reference lib="dom" />
/** The page as people use it, in the browsers that are here. */

import { gzipSync } from "node:zlib";
import { assert, assertEquals, assertMatch } from "@std/assert";
import axe, { type AxeResults } from "axe-core";
import type { Browser, CDPSession, Page } from "playwright-core";
import { arithmetic, embeddedWords, setArithmetic } from "../../core.ts";
import { hashOfWeights, Run } from "../../playground/run.ts";
import { FIRST, type Settings } from "../../playground/settings.ts";
import { buildPage } from "../../tools/build_playground.ts";
import { sizeOption } from "../size_option.ts";
import { BROWSERS } from "../platforms/browsers.ts";
import { hashOf, openPage } from "./browsers.ts";
import { CELLS, DOWNLOADS, FILES } from "./files.ts";

/** The number of steps over which memory is watched. */
const STEPS = sizeOption("page-steps", 4000);

/** What the library comes to with the embedded names. */
async function expected(settings: Partial<Settings>, steps: number) {
  const run = new Run(embeddedWords().words, { ...FIRST, ...settings });
  const { signal } = new AbortController();
  const has = arithmetic();
  await run.advance(steps, { signal, onProgress() {} });
  setArithmetic("fused");
  return { arithmetic: has, hash: hashOfWeights(run.parameters) };
}

const press = (page: Page, name: string) =>
  page.getByRole("button", { name, exact: true }).click();

/** Pastes a list. The page takes a long one at once, without its editor. */
async function paste(page: Page, words: string): Promise<void> {
  const field = page.getByLabel("Words of your own");
  const isTaken = await field.evaluate((field, words) => {
    const init = { bubbles: true, cancelable: true };
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", words);
    const event = new ClipboardEvent("paste", { ...init, clipboardData });
    if (!field.dispatchEvent(event)) return true;
    (field as HTMLTextAreaElement).value = words;
    field.dispatchEvent(new Event("input", init));
    return false;
  }, words);
  assertEquals(isTaken, words.length > 100_000);
  if (!isTaken) await press(page, "Use these words");
}

/** The same in every browser. */
const EVERYWHERE: Record<string, (browser: Browser) => Promise<void>> = {
  async "trains to the SHA-256 of the library, separate and fused"(browser) {
    for (const arithmetic of ["separate", "fused"] as const) {
      const wanted = await expected({ arithmetic }, 300);
      const link = `#init=scaled&step=300&arithmetic=${arithmetic}`;
      const { page, faults } = await openPage(browser, link);
      const hash = await hashOf(page);
      const footer = await page.locator("footer").innerText();
      // a machine without relaxed SIMD has no fused arithmetic
      if (footer.includes(`in ${wanted.arithmetic} arithmetic`)) {
        assertEquals(hash, wanted.hash);
      }
      assertEquals(faults, []);
      await page.context().close();
    }
  },

  async "comes to the same weights by its link"(browser) {
    const { page, faults } = await openPage(browser);
    await page.evaluate(() => {
      // all workers have one address
      URL.createObjectURL = () => {
        throw new Error("the page has made its object URL");
      };
    });
    const names = ["Zürich", "東京", "קהיר", "<b>&step=9</b>", "São Paulo"];
    const words = Array.from({ length: 40 }, (_, i) => names[i % 5] + i);
    await paste(page, words.join("\n"));
    await page.getByText("40 words", { exact: true }).waitFor();
    await press(page, "Step once");
    await page.locator("canvas[aria-label^='b2,']").click();
    await press(page, "+0.5");
    await press(page, "Step once");
    const hash = await hashOf(page);
    await press(page, "Copy a link");
    const link = await page.getByLabel("The link").inputValue();
    assertMatch(link, /#words=.*&step=2&edits=1_\d+_[\d.e-]+$/);
    const other = await openPage(browser, link.slice(link.indexOf("#")));
    await other.page.getByText("Paused at step 2").waitFor({
      state: "attached",
    });
    assertEquals(await hashOf(other.page), hash);
    assertEquals([...faults, ...other.faults], []);
    await page.context().close();
    await other.page.context().close();
  },

  async "takes a hostile list in, or says in a sentence why not"(browser) {
    const { page, faults } = await openPage(browser, "", {
      viewport: { width: 360, height: 780 },
    });
    const many = (count: number, word: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => word(i)).join("\n");
    // long ones take seconds, in one browser or in a long run
    const isThorough = browser.browserType().name() === "chromium" ||
      STEPS > 4000;
    const lists: [words: string, outcome: RegExp][] = [
      [many(60, (i) => `<script>alert(${i})</script>`), /learns from 60 words/],
      [many(60, (i) => `<img src=x onerror=alert(${i})>`), /from 60 words/],
      [
        many(60, (i) => `\u202e${"אבגדה"[i % 5]}שלום${"وزحط"[i % 4]}`),
        /from 60 words/,
      ],
      [many(60, (i) => `👩‍👩‍👧‍👦${"東京都大阪"[i % 5]}🇩🇪${i % 7}`), /from 60 words/],
      ...isThorough
        ? [
          [
            many(200_000, (i) => `w${(i * 2654435761 % 1e9).toString(36)}`),
            /from 200,000 words/,
          ],
          ["x".repeat(1e6), /Cannot .{10,200}/],
        ] satisfies [string, RegExp][]
        : [],
      ["a\0b\nc", /Cannot .{10,200}/],
      ["a\nb\nc", /Cannot .{10,200}/],
    ];
    for (const [words, outcome] of lists) {
      await paste(page, words);
      await page.locator("#words p, .problem", { hasText: outcome }).first()
        .waitFor();
      if (!await page.locator(".problem").count()) {
        await press(page, "Step once");
        await hashOf(page);
      }
      const wide = await page.evaluate(() =>
        document.documentElement.scrollWidth -
        document.documentElement.clientWidth
      );
      assertEquals([wide, ...faults], [0], words.slice(0, 40));
    }
    assertEquals(await page.locator("img").count(), 0);
    assertEquals(faults, []);
    await page.context().close();
  },
};

/** What takes a browser that tells more of itself. */
const IN_CHROMIUM: typeof EVERYWHERE = {
  async "lets no request leave, whoever asks for it"(browser) {
    let received = 0;
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(`${++received}`),
    );
    const { page } = await openPage(browser);
    const refused = await page.evaluate(async (url) => {
      const seen: string[] = [];
      document.addEventListener(
        "securitypolicyviolation",
        ({ effectiveDirective }) => seen.push(effectiveDirective),
      );
      await fetch(url).catch(() => {});
      new Image().src = url;
      document.head.append(
        Object.assign(document.createElement("script"), { src: url }),
        Object.assign(document.createElement("script"), { text: "1" }),
      );
      document.body.append(
        Object.assign(document.createElement("iframe"), { src: url }),
      );
      for (let i = 0; i < 1200 && seen.length < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return seen.sort();
    }, `http://127.0.0.1:${server.addr.port}/`);
    await server.shutdown();
    assertEquals(refused, [
      ...["connect-src", "frame-src", "img-src"],
      ...["script-src-elem", "script-src-elem"],
    ]);
    assertEquals(received, 0);
    await page.context().close();
  },

  async "can be used by keyboard alone"(browser) {
    const { page, faults } = await openPage(browser, "#init=scaled&step=20");
    await hashOf(page); // nothing trains any more, which disables controls
    await page.keyboard.press("Tab");
    // every control has its turn, and shows that it has it
    const all = await page.evaluate(() => {
      const controls = [...document.querySelectorAll<HTMLElement>(
        "a[href], button, input, select, textarea, summary, [tabindex]",
      )].filter((control) =>
        !control.matches(":disabled, input[type=radio]:not(:checked)") &&
        control.checkVisibility()
      );
      (globalThis as unknown as { left: Set<Element> }).left = new Set(
        controls,
      );
      return controls.length;
    });
    for (let i = 0; i < all; i++) {
      const shown = await page.evaluate(() => {
        const now = document.activeElement!;
        (globalThis as unknown as { left: Set<Element> }).left.delete(now);
        const shows = now.closest("label") ?? now;
        const [own, around] = [now, shows].map((element) =>
          getComputedStyle(element).outlineStyle
        );
        return own !== "none" || around !== "none" ? "" : now.outerHTML;
      });
      assertEquals(shown, "", "no focus is seen");
      await page.keyboard.press("Tab");
    }
    const left = await page.evaluate(() =>
      [...(globalThis as unknown as { left: Set<Element> }).left]
        .map(({ outerHTML }) => outerHTML.slice(0, 100))
    );
    assertEquals(left, []);

    const focus = (name: string, role: "button" | "radio" = "button") =>
      page.getByRole(role, { name }).first().focus();
    await focus("Step once");
    await page.keyboard.press("Enter");
    await page.getByText("Paused at step 21").waitFor({ state: "attached" });
    await page.locator("canvas[aria-label^='logits,']").focus();
    for (const key of ["ArrowRight", "ArrowRight", "+"]) {
      await page.keyboard.press(key);
    }
    await page.getByText("logit[1] =").waitFor();
    await focus("Forward", "radio");
    await page.keyboard.press("ArrowRight");
    await page.getByText("The probability minus 1").waitFor();
    await page.getByLabel("temperature").focus();
    await page.keyboard.press("ArrowLeft");
    await page.getByText("temperature 0.9").waitFor();
    await focus("Train");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.keyboard.press("Space");
    await hashOf(page);
    await focus("Rewind");
    await page.keyboard.press("Enter");
    await page.getByText("Ready").waitFor({ state: "attached" });
    assertEquals(faults, []);
    await page.context().close();
  },

  async "has nothing for axe to find, light or dark, wide or narrow"(browser) {
    for (const colorScheme of ["light", "dark"] as const) {
      // all four in a long run; a theme has its colours in every width
      const widths = STEPS > 4000 ? [1440, 360] : [
        colorScheme === "light" ? 1440 : 360,
      ];
      const viewport = { width: 1440, height: 900 };
      const { page, faults } = await openPage(browser, "", {
        ...{ colorScheme, viewport, reducedMotion: "reduce" },
      });
      await page.getByRole("button", { name: "Take the lesson" }).click();
      await hashOf(page);
      await press(page, "Step once");
      await hashOf(page);
      await page.locator("canvas[aria-label^='logits,']").click();
      await press(page, "Draw the first letter");
      await press(page, "Copy a link");
      for (const summary of await page.locator("summary").all()) {
        await summary.click();
      }
      await page.evaluate(axe.source);
      for (const width of widths) {
        await page.setViewportSize({ ...viewport, width });
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run()
        ) as AxeResults;
        const found = violations.map(({ id, nodes }) =>
          `${id}: ${nodes.map(({ html }) => html).join(" ")}`
        );
        assertEquals(found, [], `${colorScheme}, ${width}`);
      }
      assertEquals(faults, []);
      await page.context().close();
    }
  },

  async "keeps its memory while it trains"(browser) {
    const { page } = await openPage(browser);
    const session = await page.context().newCDPSession(page);
    await press(page, "Train");
    const heaps: number[] = [];
    for (let part = 1; part <= 4; part++) {
      await page.waitForFunction((steps) => {
        const shown = document.querySelector(".stats dd")!.firstChild!;
        return Number(shown.textContent!.replaceAll(",", "")) >= steps;
      }, part * STEPS / 4);
      heaps.push(await heapOf(session));
    }
    assert(heaps[3] < heaps[0] + 3e6, `${heaps}`);
    await page.context().close();
  },
};

/** The bytes that a page needs. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

for (const { name, ignore, launch } of BROWSERS) {
  Deno.test({
    name: `The playground works in ${name}`,
    ignore,
    sanitizeOps: false, // Playwright keeps its pipe open between steps
    sanitizeResources: false,
    async fn(t) {
      const browser = await launch();
      try {
        const tests = name === "Chromium"
          ? { ...EVERYWHERE, ...FILES, ...CELLS, ...DOWNLOADS, ...IN_CHROMIUM }
          : { ...EVERYWHERE, ...FILES, ...CELLS };
        for (const [says, test] of Object.entries(tests)) {
          await t.step(`it ${says}`, () => test(browser));
        }
      } finally {
        await browser.close();
      }
    },
  });
}

Deno.test("The playground is at most 150 KB gzipped, and 260 KB with its list", async () => {
  const zipped = (text: string) => gzipSync(text, { level: 9 }).length;
  const page = zipped(await buildPage());
  const list = zipped(await Deno.readTextFile("data/names.txt"));
  assert(page <= 260_000 && page - list <= 150_000, `${page} with ${list}`);
});
