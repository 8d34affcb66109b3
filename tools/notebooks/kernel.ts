/**
 * A Deno kernel in its own process, spoken to in Jupyter's wire protocol 5.3:
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */

import { createHmac, randomUUID } from "node:crypto";
import { Socket } from "./zeromq.ts";

/** What a cell shows, as the kernel publishes it. */
export interface Message {
  type: string;
  // deno-lint-ignore no-explicit-any
  content: any;
}

/** How a cell ended. */
export interface Execution {
  /** What it showed, in order. */
  shown: Message[];
  /** Why it failed, or `undefined`. */
  error?: string;
  /** Rejections and errors that nobody caught, since the cell before. */
  uncaught: string[];
}

/** The kernel may publish outputs this many milliseconds after saying it is idle. */
const lateMilliseconds = 150;
const startSeconds = 60;
/** How often other ports are tried, where one was taken meanwhile. */
const mostTries = 5;
const delimiter = "<IDS|MSG>";
const uncaughtType = "uncaught_error";

/**
 * The kernel says nothing of a rejected promise that nobody caught, nor of an
 * error thrown in a timer, so the first thing it runs is a listener which tells.
 */
const listener = `
for (const type of ["unhandledrejection", "error"]) {
  globalThis.addEventListener(type, (event) => {
    event.preventDefault();
    const reason = event.reason ?? event.error;
    const text = reason?.stack ?? String(reason);
    Deno.jupyter.broadcast("${uncaughtType}", { text });
  });
}
undefined;`;

/** A running kernel; `stop()` it in a `finally`. */
export class Kernel {
  readonly #key: string;
  readonly #session = randomUUID();
  readonly #process: KernelProcess;
  readonly #shell: Socket;
  readonly #control: Socket;
  readonly #published: Socket;
  readonly #listening: Promise<void>[];
  #onShell: (parent: string, message: Message) => void = () => {};
  #onPublished: (parent: string, message: Message) => void = () => {};

  private constructor(process: KernelProcess, key: string, sockets: Socket[]) {
    this.#process = process;
    this.#key = key;
    [this.#shell, this.#control, this.#published] = sockets;
    this.#listening = [
      this.#listen(this.#shell, (...heard) => this.#onShell(...heard)),
      this.#listen(this.#control, () => {}),
      this.#listen(this.#published, (...heard) => this.#onPublished(...heard)),
    ];
  }

  /** Starts a kernel whose cells run in `folder`, and waits until it answers. */
  static async start(folder: string): Promise<Kernel> {
    for (let tries = 1;; tries++) {
      const key = randomUUID();
      const process = await KernelProcess.start(folder, key);
      try {
        return await Kernel.#connectTo(process, key);
      } catch (error) {
        const isPortTaken = (await process.stderr).includes("AddrInUse");
        if (!isPortTaken || tries === mostTries) throw error;
      }
    }
  }

  static async #connectTo(
    process: KernelProcess,
    key: string,
  ): Promise<Kernel> {
    const deadline = Date.now() + 1000 * startSeconds;
    const sockets: Socket[] = [];
    try {
      const [shell, control, published] = process.ports;
      sockets.push(await process.connect(shell, "DEALER", deadline));
      sockets.push(await process.connect(control, "DEALER", deadline));
      sockets.push(await process.connect(published, "SUB", deadline));
      const kernel = new Kernel(process, key, sockets);
      await kernel.#answered(deadline);
      await kernel.execute(listener, { silent: true });
      return kernel;
    } catch (error) {
      await process.end();
      for (const socket of sockets) socket.close();
      throw error;
    }
  }

  /** Runs one cell to its end, late outputs and all. */
  async execute(
    code: string,
    options: { silent?: boolean; timeoutSeconds?: number } = {},
  ): Promise<Execution> {
    const { silent = false, timeoutSeconds = 600 } = options;
    const shown: Message[] = [];
    const uncaught: string[] = [];
    const request = {
      code,
      silent,
      store_history: !silent,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    };
    const onPublished = (message: Message) => {
      if (message.type === uncaughtType) uncaught.push(message.content.text);
      else if (message.type !== "execute_input") shown.push(message);
    };
    let reply;
    try {
      reply = await this.#request(
        "execute_request",
        request,
        timeoutSeconds,
        onPublished,
      );
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      return { shown, uncaught, error: error.message };
    }
    await wait(lateMilliseconds);
    const { status, ename, evalue, traceback = [] } = reply.content;
    if (status === "ok") return { shown, uncaught };
    const stack = traceback.join("\n");
    const error = stack.includes(evalue) ? stack : `${ename}: ${evalue}`;
    return { shown, uncaught, error };
  }

  /** Presses the stop button. */
  async interrupt(): Promise<void> {
    await this.#control.send(this.#frames("interrupt_request", {}).frames);
  }

  /** Ends the process, kindly at first, and lets go of all it held. */
  async stop(): Promise<void> {
    if (!this.#process.ended) {
      const { frames } = this.#frames("shutdown_request", { restart: false });
      await this.#control.send(frames);
      const kill = setTimeout(() => this.#process.kill(), 3000);
      await this.#process.exit;
      clearTimeout(kill);
    }
    await this.#process.end();
    for (const socket of [this.#shell, this.#control, this.#published]) {
      socket.close();
    }
    await Promise.all(this.#listening);
  }

  /** The subscriber may join late, so ask until the answer is heard there too. */
  async #answered(deadline: number): Promise<void> {
    while (true) {
      try {
        await this.#request("kernel_info_request", {}, 0.5, () => {});
        return;
      } catch (error) {
        const again = error instanceof TimeoutError && Date.now() < deadline;
        if (!again) throw error;
      }
    }
  }

  /** Sends a request and comes back with its reply, once the kernel is idle. */
  async #request(
    type: string,
    content: unknown,
    timeoutSeconds: number,
    onPublished: (message: Message) => void,
  ): Promise<Message> {
    const { id, frames } = this.#frames(type, content);
    const replied = Promise.withResolvers<Message>();
    const idle = Promise.withResolvers<void>();
    this.#onShell = (parent, message) => {
      if (parent === id) replied.resolve(message);
    };
    this.#onPublished = (parent, message) => {
      if (parent !== id) return;
      if (message.type !== "status") onPublished(message);
      else if (message.content.execution_state === "idle") idle.resolve();
    };
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () =>
        late.reject(
          new TimeoutError(`It did not end within ${timeoutSeconds} s`),
        ),
      1000 * timeoutSeconds,
    );
    try {
      await this.#shell.send(frames);
      const whole = Promise.all([replied.promise, idle.promise]);
      const first = await Promise.race([
        whole,
        late.promise,
        this.#process.exit.then(() => undefined),
      ]);
      if (first === undefined) throw await this.#process.failure();
      return first[0];
    } finally {
      clearTimeout(timer);
    }
  }

  #frames(type: string, content: unknown): Request {
    const id = randomUUID();
    const header = {
      msg_id: id,
      session: this.#session,
      username: "run_notebooks",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) =>
      new TextEncoder().encode(JSON.stringify(part))
    );
    const head = [delimiter, this.#sign(parts)].map((text) =>
      new TextEncoder().encode(text)
    );
    return { id, frames: [...head, ...parts] };
  }

  #sign(parts: Uint8Array[]): string {
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  async #listen(
    socket: Socket,
    hear: (parent: string, message: Message) => void,
  ): Promise<void> {
    for await (const frames of socket.messages()) {
      const texts = frames.map((frame) => new TextDecoder().decode(frame));
      const start = texts.indexOf(delimiter);
      const signed = frames.slice(start + 2, start + 6);
      if (texts[start + 1] !== this.#sign(signed)) continue;
      const [header, parent, , content] = texts.slice(start + 2, start + 6)
        .map((text) => JSON.parse(text));
      hear(parent.msg_id, { type: header.msg_type, content });
    }
  }
}

interface Request {
  id: string;
  frames: Uint8Array[];
}

/** What is the kernel's doing, or the cell's. */
class KernelError extends Error {}
class TimeoutError extends KernelError {}

/** The kernel's process and what belongs to it on this machine. */
class KernelProcess {
  readonly ports: readonly number[];
  readonly exit: Promise<Deno.CommandStatus>;
  ended = false;
  readonly #child: Deno.ChildProcess;
  readonly #connectionFile: string;
  /** All that the process has said when it has ended. */
  readonly stderr: Promise<string>;

  private constructor(folder: string, file: string, ports: number[]) {
    this.ports = ports;
    this.#connectionFile = file;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", file],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.stderr = new Response(this.#child.stderr).text();
    this.exit = this.#child.status;
    this.exit.then(() => this.ended = true);
  }

  static async start(folder: string, key: string): Promise<KernelProcess> {
    const ports = freePorts(5);
    const [shell_port, control_port, iopub_port, stdin_port, hb_port] = ports;
    const file = await Deno.makeTempFile({ suffix: ".json" });
    await Deno.writeTextFile(
      file,
      JSON.stringify({
        transport: "tcp",
        ip: "127.0.0.1",
        key,
        signature_scheme: "hmac-sha256",
        kernel_name: "deno",
        shell_port,
        control_port,
        iopub_port,
        stdin_port,
        hb_port,
      }),
    );
    return new KernelProcess(folder, file, ports);
  }

  /** Tries until the kernel listens there. */
  async connect(
    port: number,
    type: "DEALER" | "SUB",
    deadline: number,
  ): Promise<Socket> {
    while (true) {
      try {
        return await Socket.connect(port, type);
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        if (this.ended) throw await this.failure();
        if (Date.now() > deadline) {
          throw new KernelError(
            `The kernel did not start within ${startSeconds} s`,
          );
        }
        await wait(50);
      }
    }
  }

  /** What to say when the process ended too early. */
  async failure(): Promise<KernelError> {
    return new KernelError(`The kernel ended by itself: ${await this.stderr}`);
  }

  /** Ends the process at once if it still runs. */
  kill(): void {
    if (!this.ended) this.#child.kill("SIGKILL");
  }

  /** Ends the process if it still runs, and removes its file. */
  async end(): Promise<void> {
    this.kill();
    await this.exit;
    await this.stderr;
    await Deno.remove(this.#connectionFile);
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Ports that were free a moment ago: the kernel must be told before it binds. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  return listeners.map((listener) => {
    const { port } = listener.addr;
    listener.close();
    return port;
  });
}
