/** A real JupyterLab in a headless Chromium, driven by the DevTools protocol. */

import { join } from "node:path";
import type { Notebook } from "./notebook.ts";

/** How long a program or a page may take to start. */
const START_SECONDS = 300;

const CHROMIUM = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

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
  readonly #processes: Deno.ChildProcess[] = [];
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #page!: WebSocket;
  #count = 0;

  /**
   * Starts the programs `jupyter`, of an environment with JupyterLab, and
   * `chromium`; JUPYTER and CHROMIUM in the environment are other paths of them.
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
    const jupyter = Deno.env.get("JUPYTER") ?? "jupyter";
    const address = await this.#spawn(jupyter, [
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
    ], /(http:\/\/127\.0\.0\.1:\d+\/lab)/);
    const chromium = Deno.env.get("CHROMIUM") ?? "chromium";
    const devtools = await this.#spawn(chromium, [
      ...CHROMIUM,
      `--user-data-dir=${join(this.#folder, "profile")}`,
      "about:blank",
    ], /ws:\/\/(127\.0\.0\.1:\d+)\//);
    const pages = await (await fetch(`http://${devtools}/json`)).json();
    const page = pages.find(({ type }: { type: string }) => type === "page");
    this.#page = new WebSocket(page.webSocketDebuggerUrl);
    this.#page.onmessage = ({ data }) => {
      const answer = JSON.parse(data);
      this.#answers.get(answer.id)?.(answer);
      this.#answers.delete(answer.id);
    };
    await new Promise((resolve) => this.#page.onopen = resolve);
    await this.#command("Emulation.setDeviceMetricsOverride", {
      width: WIDTH,
      height: HEIGHT,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.#command("Page.navigate", { url: address });
    const isReady = "return !!await globalThis.jupyterapp?.restored || " +
      "globalThis.jupyterapp !== undefined;";
    for (let wait = 0; wait < 5 * START_SECONDS; wait++) {
      if (await this.#evaluate(isReady).catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("Cannot open JupyterLab: its page does not start");
  }

  /** Starts a program, and waits until it prints its address on stderr. */
  async #spawn(
    command: string,
    args: string[],
    address: RegExp,
  ): Promise<string> {
    const folders = ["data", "config", "runtime"].map((name) => [
      `JUPYTER_${name.toUpperCase()}_DIR`,
      join(this.#folder, name),
    ]);
    const process = new Deno.Command(command, {
      args,
      env: { ...Object.fromEntries(folders), NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#processes.unshift(process);
    const found = Promise.withResolvers<string>();
    let printed = "";
    const fail = () =>
      found.reject(new Error(`Cannot start ${command}: ${printed}`));
    process.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write: (text) => {
          printed += text;
          const match = address.exec(printed);
          if (match) found.resolve(match[1]);
        },
        close: fail,
      }),
    );
    const timer = setTimeout(fail, START_SECONDS * 1000);
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  // deno-lint-ignore no-explicit-any
  async #command(method: string, params: unknown = {}): Promise<any> {
    const id = ++this.#count;
    const { error, result } = await new Promise<Answer>((resolve) => {
      this.#answers.set(id, resolve);
      this.#page.send(JSON.stringify({ id, method, params }));
    });
    if (error) throw new Error(`Cannot ${method}: ${error.message}`);
    return result;
  }

  /** Runs the body of an async function in the page. */
  // deno-lint-ignore no-explicit-any
  async #evaluate(body: string): Promise<any> {
    const { result, exceptionDetails } = await this.#command(
      "Runtime.evaluate",
      {
        expression: `(async () => { ${body} })()`,
        awaitPromise: true,
        returnByValue: true,
      },
    );
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception.description);
    }
    return result.value;
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
        const { data } = await this.#command("Page.captureScreenshot");
        const file = `${path}_${theme.toLowerCase()}_${top / step + 1}.png`;
        await Deno.writeFile(file, Uint8Array.fromBase64(data));
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
    this.#page?.close();
    for (const process of this.#processes) {
      try {
        process.kill();
      } catch {
        // It has ended by itself.
      }
      await process.status;
    }
    await Deno.remove(this.#folder, { recursive: true });
  }
}

interface Answer {
  result?: unknown;
  error?: { message: string };
}
