/// <reference lib="dom" />
/** The files that the page keeps and opens. */

import { join } from "node:path";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { decodeCheckpoint, setArithmetic } from "../../core.ts";
import { openRun } from "../../playground/checkpoint.ts";
import { jupyterDisplay } from "../../lib/plots/figure.ts";
import { writeLink } from "../../playground/link.ts";
import { playground } from "../../playground/notebook.ts";
import { hashOfWeights, hashOfWords, Run } from "../../playground/run.ts";
import { FIRST } from "../../playground/settings.ts";
import { inFolder } from "../files.ts";
import { address, hashOf, openPage } from "./browsers.ts";

const PYTHON = Deno.env.get("PYTHON") ?? "python3";

/** What PyTorch makes of a checkpoint, without the package safetensors. */
const TORCH = `
import hashlib, json, struct, sys, torch
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
header = json.loads(data[8:8 + size])
p, sha = {}, hashlib.sha256()
for name in ["C", "W1", "b1", "W2", "b2"]:
    start, end = header[name]["data_offsets"]
    part = data[8 + size + start:8 + size + end]
    sha.update(part)
    p[name] = torch.frombuffer(bytearray(part), dtype=torch.float32)
    p[name] = p[name].reshape(header[name]["shape"])
tokens = json.loads(header["__metadata__"]["vocabulary"])
X = torch.tensor([[tokens.index(letter) for letter in "tor"]])
h = torch.tanh(p["C"][X].flatten(1) @ p["W1"] + p["b1"])
probs = torch.softmax(h @ p["W2"] + p["b2"], 1)
print(json.dumps([sha.hexdigest(), probs[0, tokens.index("a")].item()]))
`;

/** Presses a button that gives a file, and reads it. */
async function keep(page: Page, name: string): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  return await Deno.readFile(await download.path());
}

const keepText = async (page: Page, name: string) =>
  new TextDecoder().decode(await keep(page, name));

/** Drops a file on the page; returns whether the page takes it. */
function drop(page: Page, name: string, bytes: Uint8Array): Promise<boolean> {
  return page.evaluate(([name, bytes]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
    return !document.body.dispatchEvent(
      new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }),
    );
  }, [name, [...bytes]] as const);
}

async function cli(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const hashIn = async (path: string) =>
  hashOfWeights(decodeCheckpoint(await Deno.readFile(path)).parameters);

const WORDS = Array.from({ length: 60 }, (_, i) => `tor${"aeiou"[i % 5]}${i}`);
const SETTINGS = { ...FIRST, hiddenSize: 10, steps: 60 };
const list = { text: WORDS.join("\n"), hash: hashOfWords(WORDS) };
const linkTo = async (step: number) =>
  "#" + await writeLink({ list, settings: SETTINGS, step, edits: [] });

/** What the library comes to, and the losses on the way. */
async function trained(steps: number) {
  const run = new Run(WORDS, SETTINGS);
  const losses: number[] = [];
  await run.advance(steps, {
    signal: new AbortController().signal,
    onProgress: (progress) => void losses.push(...progress.losses),
  });
  setArithmetic("fused");
  return { losses, hash: hashOfWeights(run.parameters) };
}

/** The same in every browser. */
export const FILES: Record<string, (browser: Browser) => Promise<void>> = {
  async "opens what is dropped, asks for the list of a long link, and follows another"(
    browser,
  ) {
    const query = new URLSearchParams((await linkTo(20)).slice(1));
    query.delete("words");
    query.set("list", list.hash);
    const { page, faults } = await openPage(browser, `#${query}`);
    await page.locator(".problem", { hasText: "needs the list" }).waitFor();
    const table = `word,count\n${WORDS.map((word) => `${word},1\n`).join("")}`;
    const bytes = new TextEncoder().encode(table);
    assertEquals(await drop(page, "towns.csv", bytes), true);
    await page.getByText("Paused at step 20").waitFor({ state: "attached" });
    assertEquals(await hashOf(page), (await trained(20)).hash);

    // and goes back to the same start, to the bit
    await page.getByRole("button", { name: "Rewind" }).click();
    await page.getByText("Ready").waitFor({ state: "attached" });
    assertEquals(await hashOf(page), (await trained(0)).hash);

    const safetensors = new Uint8Array(20);
    assertEquals(await drop(page, "x.safetensors", safetensors), true);
    await page.locator(".problem", { hasText: "Cannot read x.safetensors" })
      .waitFor();

    // another link in the same tab
    await page.evaluate((link) => location.hash = link, await linkTo(30));
    await page.getByText("Paused at step 30").waitFor({ state: "attached" });
    assertEquals(await hashOf(page), (await trained(30)).hash);
    assertEquals(faults, []);
    await page.context().close();
  },

  async "says in a sentence that a browser is too old"(browser) {
    const page = await browser.newPage();
    await page.addInitScript(() => WebAssembly.validate = () => false);
    await page.goto(await address);
    const text = await page.locator("#app").innerText();
    assertEquals(
      text.split(" ").slice(0, 5).join(" "),
      "This page needs WebAssembly with",
    );
    await page.close();
  },
};

/** The output of a notebook's cell, in a page as nbconvert makes it. */
export const CELLS: typeof FILES = {
  async "is as high as its parts and has the theme of the notebook, in a cell"(
    browser,
  ) {
    const cell = playground({ words: WORDS, settings: SETTINGS, step: 20 });
    const output = cell[jupyterDisplay]();
    const page = await browser.newPage();
    await page.setContent(`<body data-jp-theme-light="false">
      <div class="jp-OutputArea-child">${output["text/plain"]}</div>
      <div class="jp-OutputArea-child"><div id="here"></div></div>
      <script>
        var element = document.getElementById("here");
        ${output["application/javascript"]}
      </script>`);
    const frame = page.frameLocator("iframe");
    await frame.getByText("Paused at step 20").waitFor({ state: "attached" });
    await frame.getByRole("button", { name: "Step once" }).click();
    await frame.getByText("Paused at step 21").waitFor({ state: "attached" });
    await frame.locator("[data-theme=dark] .figures svg").first().waitFor();
    const [scrolled, seen] = await frame.locator("html").evaluate((html) => [
      html.scrollHeight,
      html.clientHeight,
    ]);
    assertEquals(scrolled, seen);
    assert(seen > 400 && await page.getByText("[Playground]").isHidden());
    await page.close();
  },
};

/** What is downloaded, which Playwright sees in Chromium only. */
export const DOWNLOADS: typeof FILES = {
  async "keeps figures and losses as they are drawn"(browser) {
    const { losses, hash } = await trained(50);
    const { page, faults } = await openPage(browser, await linkTo(50));
    assertEquals(await hashOf(page), hash);
    for (const figure of ["map", "loss"]) {
      const drawn = await page.evaluate((figure) => {
        const svg = document.querySelector<SVGSVGElement>(`#${figure} svg`)!;
        const { width, height } = svg.viewBox.baseVal;
        const paths = [...svg.querySelectorAll("path")];
        return {
          ...{ width, height },
          letters: [...svg.querySelectorAll("text")].map((text) =>
            text.textContent
          ),
          shapes: paths.map((path) => path.getAttribute("d")),
          colours: paths.map((path) => getComputedStyle(path).stroke),
        };
      }, figure);
      const svg = await keepText(page, `Keep The ${figure} as SVG`);
      const kept = await page.evaluate((svg) => {
        const { documentElement } = new DOMParser()
          .parseFromString(svg, "image/svg+xml");
        const paths = [...documentElement.querySelectorAll("path")];
        return {
          width: Number(documentElement.getAttribute("width")),
          height: Number(documentElement.getAttribute("height")),
          letters: [...documentElement.querySelectorAll("text")]
            .map((text) => text.textContent),
          shapes: paths.map((path) => path.getAttribute("d")),
          colours: paths.map((path) => path.style.stroke),
        };
      }, svg);
      assertEquals(kept, drawn);
      assert(drawn.letters.length > 5 && !/class=|var\(/.test(svg));
      const png = await keep(page, `Keep The ${figure} as PNG`);
      const { getUint32 } = DataView.prototype;
      const view = new DataView(png.buffer);
      assertEquals(
        [16, 20].map((at) => getUint32.call(view, at)),
        [2 * drawn.width, 2 * drawn.height],
      );
      assert(await coloursOf(page, png) > 20, "the PNG shows little");
    }
    const csv = await keepText(page, "Keep the losses as CSV");
    const [head, ...rows] = csv.trim().split("\n");
    assertEquals(head, "steps,minibatches,train,dev");
    const minibatches = rows.map((row) => row.split(",")[1]).filter(Boolean);
    assertEquals(minibatches.map(Number), losses);
    const shown = await page.locator(".stats dd").allInnerTexts();
    const last = rows.findLast((row) => !row.endsWith(","))!.split(",");
    assertEquals(last[0], "50");
    assertEquals(
      last.slice(2).map((loss) => Number(loss).toFixed(3)),
      shown.slice(1, 3),
    );
    assertEquals(faults, []);
    await page.context().close();
  },

  async "keeps a checkpoint that PyTorch and the command line read, and opens theirs"(
    browser,
  ) {
    const { page, faults } = await openPage(browser, await linkTo(40));
    const { hash } = await trained(40);
    assertEquals(await hashOf(page), hash);
    await page.getByLabel("Word", { exact: true }).fill("tora");
    const outcome = await page.locator(".outcome").innerText();
    const chance = Number(/−ln (0\.\d+)/.exec(outcome)![1]);
    const bytes = await keep(page, "Save checkpoint.safetensors");
    assertEquals(openRun(bytes, "it").checkpoint.step, 40);

    await inFolder(async (folder) => {
      const file = join(folder, "checkpoint.safetensors");
      await Deno.writeFile(file, bytes);
      assertEquals(await hashIn(file), hash);
      const python = new Deno.Command(PYTHON, { args: ["-c", TORCH, file] });
      const { success, stdout } = await python.output().catch(() => ({
        ...{ success: false, stdout: new Uint8Array() }, // there is no Python
      }));
      if (success) {
        const [sha256, p] = JSON.parse(new TextDecoder().decode(stdout));
        assertEquals(sha256, hash);
        assertAlmostEquals(p, chance, 6e-4);
      } else console.log(`it is not shown to PyTorch, which ${PYTHON} lacks`);

      const words = await cli("sample", "--run", file, "--num", "2");
      assertEquals(words.trim().split("\n").length, 2);
      const input = join(folder, "list.txt");
      await Deno.writeTextFile(input, list.text);
      await cli("train", "--resume", "--output", folder, "--input", input);
      await page.locator("input[accept='.safetensors']").setInputFiles(file);
      await page.getByText("Training has ended").waitFor({ state: "attached" });
      assertEquals(await hashIn(file), (await trained(60)).hash);
      assertEquals(await hashOf(page), await hashIn(file));
    });
    assertEquals(faults, []);
    await page.context().close();
  },
};

/** The number of different colours in a picture. */
function coloursOf(page: Page, png: Uint8Array): Promise<number> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, png.toBase64());
}
