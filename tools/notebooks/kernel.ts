/**
 * A Deno kernel in a process of its own, spoken to in Jupyter's wire protocol
 * 5.3: https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */

import { createHmac, randomUUID } from "node:crypto";
import { Socket } from "./zeromq.ts";

/** One message of the kernel. */
export interface Message {
  type: string;
  // deno-lint-ignore no-explicit-any
  content: any;
}

/** How a cell ended. */
export interface Execution {
  /** What the cell showed, in order. */
  shown: Message[];
  /** Why the cell failed, or `undefined`. */
  error?: string;
  /** The errors and rejections since the previous cell that no code caught. */
  uncaught: string[];
}

/** The kernel may publish outputs this long after it says that it is idle. */
const LATE_MILLISECONDS = 150;
/** How many times a kernel is started on new ports when one was taken. */
const MOST_STARTS = 5;
/** How many times a new kernel is asked, each time for half a second. */
const MOST_ATTEMPTS = 120;
const DELIMITER = "<IDS|MSG>";
const UNCAUGHT = "uncaught_error";

/**
 * The first cell of every kernel. Without it, the kernel does not report a
 * rejected promise that no code catches, nor an error thrown in a timer.
 */
const LISTENER = `
for (const type of ["unhandledrejection", "error"]) {
  globalThis.addEventListener(type, (event) => {
    event.preventDefault();
    const reason = event.reason ?? event.error;
    const text = reason?.stack ?? String(reason);
    Deno.jupyter.broadcast("${UNCAUGHT}", { text });
  });
}
undefined;`;

/** What the kernel or a cell does wrong, as opposed to this program. */
class KernelError extends Error {}

/** A running kernel. Call `stop()` in a `finally`. */
export class Kernel {
  readonly #key = randomUUID();
  readonly #session = randomUUID();
  readonly #ports = Array.from({ length: 5 }, freePort);
  readonly #connectionFile = Deno.makeTempFileSync({ suffix: ".json" });
  readonly #process: Deno.ChildProcess;
  readonly #stderr: Promise<string>;
  readonly #sockets: Socket[] = [];
  readonly #listening: Promise<void>[] = [];
  /** What to do with the messages that belong to a request. */
  readonly #hear = new Map<string, (message: Message) => void>();

  private constructor(folder: string) {
    const ports = ["shell", "iopub", "control", "stdin", "hb"]
      .map((name, index) => [`${name}_port`, this.#ports[index]]);
    const connection = {
      transport: "tcp",
      ip: "127.0.0.1",
      key: this.#key,
      signature_scheme: "hmac-sha256",
      ...Object.fromEntries(ports),
    };
    Deno.writeTextFileSync(this.#connectionFile, JSON.stringify(connection));
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", this.#connectionFile],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    this.#stderr = new Response(this.#process.stderr).text();
  }

  /** Starts a kernel whose cells run in `folder`, and waits until it answers. */
  static async start(folder: string): Promise<Kernel> {
    for (let start = 1;; start++) {
      const kernel = new Kernel(folder);
      try {
        await kernel.#open();
        return kernel;
      } catch (error) {
        await kernel.stop();
        const isPortTaken = (await kernel.#stderr).includes("AddrInUse");
        if (!isPortTaken || start === MOST_STARTS) throw error;
      }
    }
  }

  /**
   * Runs cells that are all sent at once, as "Run All" does, and waits until
   * they have ended and nothing more comes. It gives up at the first that does
   * not end.
   */
  async execute(
    codes: readonly string[],
    timeoutSeconds = 300,
  ): Promise<Execution[]> {
    const executions: Execution[] = [];
    const replies = codes.map((code, i) => {
      const shown: Message[] = [];
      const uncaught: string[] = [];
      executions[i] = { shown, uncaught };
      return this.#request(
        "execute_request",
        executeRequest(code),
        (message) =>
          message.type === UNCAUGHT
            ? uncaught.push(message.content.text)
            : shown.push(message),
      );
    });
    for (const [i, reply] of replies.entries()) {
      try {
        const answer = await this.#inTime(reply, timeoutSeconds);
        const { status, ename, evalue, traceback = [] } = answer;
        if (status === "ok") continue;
        const stack = traceback.join("\n");
        const error = stack.includes(evalue) ? stack : `${ename}: ${evalue}`;
        executions[i].error = error;
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        executions[i].error = error.message;
        return executions.slice(0, i + 1);
      }
    }
    await wait(LATE_MILLISECONDS);
    // On a busy machine, what the last cell printed may still be in a queue. It
    // has all come when one more line has.
    const line = randomUUID();
    const isEmpty = Promise.withResolvers<void>();
    const request = executeRequest(`console.log("${line}")`);
    await this.#inTime(
      this.#request("execute_request", request, (message) => {
        if (message.content.text?.includes(line)) isEmpty.resolve();
        else executions.at(-1)?.shown.push(message);
      }),
      timeoutSeconds,
    );
    await this.#inTime(isEmpty.promise, timeoutSeconds);
    return executions;
  }

  /** Ends the process and releases everything it used. */
  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#process.status;
    await this.#stderr;
    for (const socket of this.#sockets) await socket.close();
    await Promise.all(this.#listening);
    await Deno.remove(this.#connectionFile);
  }

  async #open(): Promise<void> {
    let hasEnded = false;
    this.#process.status.then(() => hasEnded = true);
    for (let attempt = 1;; attempt++) {
      try {
        const types = ["DEALER", "SUB"] as const;
        for (const type of types.slice(this.#sockets.length)) {
          const port = this.#ports[this.#sockets.length];
          const socket = await Socket.connect(port, type);
          this.#sockets.push(socket);
          this.#listening.push(this.#listen(socket));
        }
        // The subscription may take effect late, so ask until the answer
        // arrives on both sockets.
        await this.#inTime(this.#request("kernel_info_request", {}), 0.5);
        break;
      } catch (error) {
        if (hasEnded || attempt === MOST_ATTEMPTS) throw error;
        await wait(50);
      }
    }
    await this.execute([LISTENER]);
  }

  /** Sends a request; resolves to its reply when the kernel is idle again. */
  async #request(
    type: string,
    content: unknown,
    onPublished: (message: Message) => void = () => {},
  ): Promise<Message["content"]> {
    const id = randomUUID();
    const replied = Promise.withResolvers<Message["content"]>();
    const idle = Promise.withResolvers<void>();
    this.#hear.set(id, (message) => {
      const { type, content } = message;
      if (type === "status") {
        if (content.execution_state === "idle") idle.resolve();
      } else if (type.endsWith("_reply")) replied.resolve(content);
      else onPublished(message);
    });
    await this.#sockets[0].send(this.#frames(id, type, content));
    await idle.promise;
    return await replied.promise;
  }

  /** What comes of a request, if the kernel lives and it takes no longer. */
  async #inTime<T>(request: Promise<T>, seconds: number): Promise<T> {
    const over = Promise.withResolvers<never>();
    const fail = (message: string) => over.reject(new KernelError(message));
    const late = `It did not end within ${seconds} s`;
    const timer = setTimeout(() => fail(late), 1000 * seconds);
    this.#stderr.then((text) => fail(`The kernel ended by itself: ${text}`));
    try {
      return await Promise.race([request, over.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #frames(id: string, type: string, content: unknown): string[] {
    const header = {
      msg_id: id,
      session: this.#session,
      username: "run_notebooks",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    return [DELIMITER, this.#sign(parts), ...parts];
  }

  #sign(parts: readonly string[]): string {
    return createHmac("sha256", this.#key).update(parts.join("")).digest("hex");
  }

  async #listen(socket: Socket): Promise<void> {
    for await (const frames of socket.messages()) {
      const start = frames.indexOf(DELIMITER);
      const signed = frames.slice(start + 2, start + 6);
      if (frames[start + 1] !== this.#sign(signed)) continue;
      const [header, parent, , content] = signed.map((text) =>
        JSON.parse(text)
      );
      this.#hear.get(parent.msg_id)?.({ type: header.msg_type, content });
    }
  }
}

function executeRequest(code: string): Record<string, unknown> {
  return { code, silent: false, user_expressions: {}, allow_stdin: false };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A port that was free a moment ago: the kernel learns it before it binds. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
