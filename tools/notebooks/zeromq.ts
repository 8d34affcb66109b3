/**
 * As much of ZeroMQ as a Jupyter client on the same machine needs: the DEALER
 * and SUB sides of ZMTP 3.0 without security, over TCP. No native addon is
 * loaded, so it runs wherever Deno does.
 *
 * Specification: https://rfc.zeromq.org/spec/23/
 */

const [hasMore, isLong, isCommand] = [1, 2, 4];

/** One connection to a socket of the kernel. */
export class Socket {
  readonly #connection: Deno.TcpConn;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #unread: Uint8Array = new Uint8Array(0);

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#writer = connection.writable.getWriter();
  }

  /** Connects and shakes hands; a subscriber subscribes to everything. */
  static async connect(port: number, type: "DEALER" | "SUB"): Promise<Socket> {
    const socket = new Socket(
      await Deno.connect({ hostname: "127.0.0.1", port }),
    );
    try {
      await socket.#shakeHands(type);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends a message of several frames. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    await this.#writer.write(concatenate(
      frames.map((frame, index) =>
        encodeFrame(frame, index < frames.length - 1 ? hasMore : 0)
      ),
    ));
  }

  /** The messages as they come, until either side closes. */
  async *messages(): AsyncGenerator<Uint8Array[]> {
    try {
      while (true) {
        const frames = [];
        let flags;
        do {
          const frame = await this.#readFrame();
          flags = frame.flags;
          if (!(flags & isCommand)) frames.push(frame.body);
        } while (flags & hasMore);
        if (frames.length > 0) yield frames;
      }
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
    }
  }

  /** Hangs up. */
  close(): void {
    try {
      this.#connection.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #shakeHands(type: string): Promise<void> {
    const greeting = new Uint8Array(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0, ...bytes("NULL")]);
    await this.#writer.write(greeting);
    const answer = await this.#read(64);
    if (answer[0] !== 0xff || answer[10] < 3) {
      throw new Error("What answers there does not speak ZMTP 3");
    }
    const value = bytes(type);
    const property = concatenate([
      lengthPrefixed("READY"),
      lengthPrefixed("Socket-Type"),
      new Uint8Array([0, 0, 0, value.length]),
      value,
    ]);
    await this.#writer.write(encodeFrame(property, isCommand));
    await this.#readFrame();
    if (type === "SUB") await this.send([new Uint8Array([1])]);
  }

  async #readFrame(): Promise<{ flags: number; body: Uint8Array }> {
    const [flags] = await this.#read(1);
    const length = flags & isLong
      ? Number(new DataView((await this.#read(8)).buffer).getBigUint64(0))
      : (await this.#read(1))[0];
    return { flags, body: await this.#read(length) };
  }

  /** Exactly so many bytes, in memory of their own. */
  async #read(count: number): Promise<Uint8Array> {
    const pieces = [this.#unread];
    let held = this.#unread.length;
    while (held < count) {
      const piece = new Uint8Array(65_536);
      const length = await this.#connection.read(piece).catch((error) => {
        if (closed(error)) return null;
        throw error;
      });
      if (length === null) throw new ClosedError();
      pieces.push(piece.subarray(0, length));
      held += length;
    }
    const all = concatenate(pieces);
    this.#unread = all.subarray(count);
    return all.slice(0, count);
  }
}

class ClosedError extends Error {}

function closed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.ConnectionReset;
}

function encodeFrame(
  body: Uint8Array,
  flags: number,
): Uint8Array<ArrayBuffer> {
  if (body.length < 256) {
    return concatenate([new Uint8Array([flags, body.length]), body]);
  }
  const head = new Uint8Array(9);
  head[0] = flags | isLong;
  new DataView(head.buffer).setBigUint64(1, BigInt(body.length));
  return concatenate([head, body]);
}

function lengthPrefixed(text: string): Uint8Array {
  return new Uint8Array([text.length, ...bytes(text)]);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
