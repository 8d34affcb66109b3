/** A real JupyterLab in a headless Chromium, driven by the DevTools protocol. */

import { basename, join } from "node:path";

/** How long a JupyterLab or a page may take to start. */
const START_SECONDS = 120;

const CHROMIUM = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

/** A JupyterLab with one page. Call `close()` in a `finally`. */
export class JupyterLab {
  readonly #folder = Deno.makeTempDirSync();
  readonly #processes: Deno.ChildProcess[] = [];
  #address = "";
  #page!: WebSocket;
  #commands = new Map<number, (answer: Answer) => void>();
  #count = 0;

  /**
   * Starts both programs.
   *
   * @param root the folder with the notebooks
   * @param jupyter the program `jupyter` of an environment with JupyterLab
   * @param chromium the program
   */
  static async start(
    root: string,
    jupyter = "jupyter",
    chromium = "chromium",
  ): Promise<JupyterLab> {
    const lab = new JupyterLab();
    try {
      await lab.#open(root, jupyter, chromium);
      return lab;
    } catch (error) {
      await lab.close();
      throw error;
    }
  }

  async #open(root: string, jupyter: string, chromium: string) {
    const kernel = join(this.#folder, "data", "kernels", "deno");
    await Deno.mkdir(kernel, { recursive: true });
    const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn"];
    await Deno.writeTextFile(
      join(kernel, "kernel.json"),
      JSON.stringify({
        argv: [...argv, "{connection_file}"],
        display_name: "Deno",
        language: "typescript",
        interrupt_mode: "message",
      }),
    );
    const env = {
      JUPYTER_DATA_DIR: join(this.#folder, "data"),
      JUPYTER_CONFIG_DIR: join(this.#folder, "config"),
      JUPYTER_RUNTIME_DIR: join(this.#folder, "runtime"),
      IPYTHONDIR: join(this.#folder, "ipython"),
      NO_COLOR: "1",
    };
    this.#address = await this.#spawn(
      jupyter,
      [
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
      env,
      /(http:\/\/127\.0\.0\.1:\d+\/lab)/,
    );
    const devtools = await this.#spawn(
      chromium,
      [
        ...CHROMIUM,
        `--user-data-dir=${join(this.#folder, "profile")}`,
        "about:blank",
      ],
      {},
      /ws:\/\/(127\.0\.0\.1:\d+)\//,
    );
    const pages = await (await fetch(`http://${devtools}/json`)).json();
    const page = pages.find(({ type }: { type: string }) => type === "page");
    this.#page = new WebSocket(page.webSocketDebuggerUrl);
    this.#page.onmessage = ({ data }) => {
      const answer = JSON.parse(data);
      this.#commands.get(answer.id)?.(answer);
      this.#commands.delete(answer.id);
    };
    await new Promise((resolve) => this.#page.onopen = resolve);
  }

  /** Starts a program, and waits until it prints its address on stderr. */
  async #spawn(
    command: string,
    args: string[],
    env: Record<string, string>,
    address: RegExp,
  ): Promise<string> {
    const process = new Deno.Command(command, {
      args,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#processes.push(process);
    const found = Promise.withResolvers<string>();
    let printed = "";
    process.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write: (text) => {
          printed += text;
          const match = address.exec(printed);
          if (match) found.resolve(match[1]);
        },
        close: () => found.reject(new Error(`${command}: ${printed}`)),
      }),
    );
    const timer = setTimeout(
      () => found.reject(new Error(`${command} does not start: ${printed}`)),
      START_SECONDS * 1000,
    );
    try {
      return await found.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A command of the DevTools protocol. */
  // deno-lint-ignore no-explicit-any
  async command(method: string, params: unknown = {}): Promise<any> {
    const id = ++this.#count;
    const { error, result } = await new Promise<Answer>((resolve) => {
      this.#commands.set(id, resolve);
      this.#page.send(JSON.stringify({ id, method, params }));
    });
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Evaluates the body of an async function in the page. */
  // deno-lint-ignore no-explicit-any
  async evaluate(body: string): Promise<any> {
    const { result, exceptionDetails } = await this.command(
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

  /** Opens a notebook with a new kernel, without its outputs. */
  async openNotebook(
    path: string,
    options: { theme?: string; keepOutputs?: boolean; height?: number } = {},
  ): Promise<void> {
    const { theme = "JupyterLab Light", keepOutputs = false, height = 2000 } =
      options;
    await this.command("Emulation.setDeviceMetricsOverride", {
      width: 1100,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const url = `${this.#address}?reset`;
    await this.command("Page.navigate", { url });
    for (;;) {
      const isReady = await this.evaluate(
        "return location.href !== 'about:blank' && !!globalThis.jupyterapp && (await jupyterapp.restored, true)",
      ).catch(() => false);
      if (isReady) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await this.evaluate(`
      const app = jupyterapp;
      await app.commands.execute("apputils:change-theme", { theme: ${
      JSON.stringify(theme)
    } });
      const widget = await app.commands.execute("docmanager:open", {
        path: ${JSON.stringify(path)},
        factory: "Notebook", kernel: { name: "deno" } });
      await widget.context.ready;
      await widget.context.sessionContext.ready;
      await widget.revealed;
      globalThis.notebook = widget;
      app.shell.collapseLeft?.();
      ${
      keepOutputs
        ? ""
        : 'await app.commands.execute("notebook:clear-all-cell-outputs");'
    }`);
  }

  /**
   * Runs cells as the menu does, all sent at once, and waits until all have
   * ended and nothing more arrives.
   *
   * @param indices of the code cells, counted from 0; all if left out
   */
  async run(indices?: readonly number[]): Promise<void> {
    await this.evaluate(`
      const { content, context } = globalThis.notebook;
      const code = content.widgets.filter(({ model }) => model.type === "code");
      const order = ${JSON.stringify(indices)} ?? code.map((_, i) => i);
      if (${indices === undefined}) {
        await jupyterapp.commands.execute("notebook:run-all-cells");
      } else {
        const { constructor: CodeCell } = code[0];
        await Promise.all(order.map((i) =>
          CodeCell.execute(code[i], context.sessionContext, {})));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    `);
  }

  /** Starts the kernel anew, and removes all outputs. */
  async restart(): Promise<void> {
    await this.evaluate(`
      await notebook.context.sessionContext.session.kernel.restart();
      await jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
    `);
  }

  /** The notebook as JupyterLab holds it. */
  // deno-lint-ignore no-explicit-any
  notebook(): Promise<any> {
    return this.evaluate("return notebook.content.model.toJSON();");
  }

  /** Ends both programs, and removes what they wrote. */
  async close(): Promise<void> {
    this.#page?.close();
    for (const process of this.#processes.reverse()) {
      try {
        process.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      await process.status;
    }
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** A picture of the whole page, as a PNG. */
  async screenshot(file: string): Promise<void> {
    const { data } = await this.command("Page.captureScreenshot");
    await Deno.writeFile(file, Uint8Array.fromBase64(data));
  }

  /** The name under which a notebook of another folder is opened. */
  static nameOf(path: string): string {
    return basename(path);
  }
}

interface Answer {
  result?: unknown;
  error?: { message: string };
}
