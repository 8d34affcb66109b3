/** A real JupyterLab in a Chromium without a window, driven by Playwright. */

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Notebook } from "./notebook.ts";

/** How long a program or a page may take to start, in milliseconds. */
const TIMEOUT = 300_000;

/** What a new JupyterLab asks, saves by itself, and draws only in sight. */
const SETTINGS = {
  "docmanager-extension/plugin": { autosave: false },
  "apputils-extension/notification": { fetchNews: "false" },
  "notebook-extension/tracker": { windowingMode: "none" },
};

/** The size of the page, in CSS pixels, and how much is around the notebook. */
const [WIDTH, HEIGHT, ABOVE] = [1100, 1800, 110];

/** A JupyterLab with one page. Call `stop()` in a `finally`. */
export class JupyterLab {
  readonly #folder = Deno.makeTempDirSync();
  #server: Deno.ChildProcess | undefined;
  #browser: Browser | undefined;
  #page!: Page;

  /**
   * Starts the program `jupyter`, of an environment with JupyterLab, and
   * /usr/bin/chromium; JUPYTER and CHROMIUM in the environment are other paths.
   *
   * @param root the folder with the notebooks, which are not written
   */
  static async start(root: string): Promise<JupyterLab> {
    const lab = new JupyterLab();
    try {
      await lab.#start(root);
      return lab;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  async #start(root: string): Promise<void> {
    const file = async (path: string, content: unknown) => {
      await Deno.mkdir(join(this.#folder, path, ".."), { recursive: true });
      const text = JSON.stringify(content);
      await Deno.writeTextFile(join(this.#folder, path), text);
    };
    const kernel = [Deno.execPath(), "jupyter", "--kernel", "--conn"];
    await file("data/kernels/deno/kernel.json", {
      argv: [...kernel, "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    });
    for (const [name, settings] of Object.entries(SETTINGS)) {
      await file(
        `settings/@jupyterlab/${name}.jupyterlab-settings`,
        settings,
      );
    }
    const address = await this.#serve(root);
    const { chromium } = await import("playwright-core");
    this.#browser = await chromium.launch({
      executablePath: Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--hide-scrollbars"],
      timeout: TIMEOUT,
    });
    const viewport = { width: WIDTH, height: HEIGHT };
    this.#page = await this.#browser.newPage({ viewport });
    this.#page.setDefaultTimeout(TIMEOUT);
    await this.#page.goto(address);
    await this.#page.waitForFunction("globalThis.jupyterapp");
    await this.#evaluate("await jupyterapp.restored;");
  }

  /** Starts JupyterLab, and waits until it prints its address on stderr. */
  async #serve(root: string): Promise<string> {
    const command = Deno.env.get("JUPYTER") ?? "jupyter";
    const folders = ["data", "config", "runtime"].map((name) => [
      `JUPYTER_${name.toUpperCase()}_DIR`,
      join(this.#folder, name),
    ]);
    const process = new Deno.Command(command, {
      args: [
        "lab",
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        "--ip=127.0.0.1",
        "--port=0",
        "--IdentityProvider.token=",
        `--LabApp.user_settings_dir=${join(this.#folder, "settings")}`,
        `--LabApp.workspaces_dir=${join(this.#folder, "workspaces")}`,
        `--ServerApp.root_dir=${root}`,
      ],
      env: { ...Object.fromEntries(folders), NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#server = process;
    const found = Promise.withResolvers<string>();
    let printed = "";
    const fail = () =>
      found.reject(new Error(`Cannot start ${command}: ${printed}`));
    process.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write: (text) => {
          printed += text;
          const match = /(http:\/\/127\.0\.0\.1:\d+\/lab)/.exec(printed);
          if (match) found.resolve(match[1]);
        },
        close: fail,
      }),
    );
    const timer = setTimeout(fail, TIMEOUT);
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs the body of an async function in the page. */
  // deno-lint-ignore no-explicit-any
  #evaluate(body: string): Promise<any> {
    return this.#page.evaluate(`(async () => { ${body} })()`);
  }

  /** Opens a notebook with a new kernel. */
  async open(name: string): Promise<void> {
    await this.#evaluate(`
      const path = ${JSON.stringify(name)};
      globalThis.notebook = await jupyterapp.commands.execute(
        "docmanager:open",
        { path, factory: "Notebook", kernel: { name: "deno" } });
      await notebook.context.ready;
      await notebook.context.sessionContext.ready;
      await notebook.revealed;
      jupyterapp.shell.collapseLeft();`);
  }

  /** Starts the kernel anew, and removes all outputs. */
  async restart(): Promise<void> {
    await this.#evaluate(`
      await notebook.context.sessionContext.session.kernel.restart();
      await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");`);
  }

  /** Runs all cells, as the menu does, until nothing more comes. */
  async runAll(): Promise<void> {
    await this.#evaluate(`
      await jupyterapp.commands.execute("notebook:run-all-cells");
      await new Promise((resolve) => setTimeout(resolve, 500));`);
  }

  /** Runs code cells, counted from 0, one after the other. */
  async run(order: readonly number[]): Promise<void> {
    await this.#evaluate(`
      const cells = notebook.content.widgets
        .filter(({ model }) => model.type === "code");
      const { execute } = cells[0].constructor;
      for (const i of ${JSON.stringify(order)}) {
        await execute(cells[i], notebook.context.sessionContext, {});
      }
      await new Promise((resolve) => setTimeout(resolve, 500));`);
  }

  /** The notebook as JupyterLab holds it. */
  notebook(): Promise<Notebook> {
    return this.#evaluate("return notebook.content.model.toJSON();");
  }

  /** Saves what the whole notebook looks like, in pictures of a page each. */
  async pictures(path: string): Promise<void> {
    for (const theme of ["Light", "Dark"]) {
      await this.#evaluate(`
        const theme = "JupyterLab ${theme}";
        await jupyterapp.commands.execute("apputils:change-theme", { theme });
        await new Promise((resolve) => setTimeout(resolve, 2000));`);
      const step = HEIGHT - ABOVE;
      for (let top = 0, height = 1; top < height; top += step) {
        height = await this.#evaluate(`
          const outer = notebook.content.outerNode ?? notebook.content.node;
          outer.scrollTop = ${top};
          await new Promise((resolve) => setTimeout(resolve, 300));
          return outer.scrollHeight;`);
        const file = `${path}_${theme.toLowerCase()}_${top / step + 1}.png`;
        await this.#page.screenshot({ path: file });
      }
    }
  }

  /** Ends the kernel, and closes the notebook without saving it. */
  async close(): Promise<void> {
    await this.#evaluate(`
      await notebook.context.sessionContext.shutdown();
      notebook.dispose();`);
  }

  /** Ends both programs, and removes what they wrote. */
  async stop(): Promise<void> {
    await this.#browser?.close();
    try {
      this.#server?.kill();
    } catch {
      // It has ended by itself.
    }
    await this.#server?.status;
    await Deno.remove(this.#folder, { recursive: true });
  }
}
