/**
 * The part of ZeroMQ that a Jupyter client needs: DEALER and SUB sockets of
 * ZMTP 3.0 over TCP, without security.
 *
 * It is not npm:zeromq, because Deno does not run that package's native addon
 * on Windows.
 *
 * Specification: https://rfc.zeromq.org/spec/23/
 */

const GREETING_BYTES = 64;
const [HAS_MORE, IS_LONG, IS_COMMAND] = [1, 2, 4];

/** A connection to one socket of the kernel. */
export class Socket {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;

  private constructor(connection: Deno.TcpConn) {
    this.#reader = connection.readable.getReader({ mode: "byob" });
    this.#writer = connection.writable.getWriter();
  }

  /** Connects to a port of this machine. A SUB socket subscribes to everything. */
  static async connect(port: number, type: "DEALER" | "SUB"): Promise<Socket> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay();
    const socket = new Socket(connection);
    const length = String.fromCharCode(type.length);
    const ready = `\x05READY\x0bSocket-Type\0\0\0${length}${type}`;
    const greeting = new Uint8Array(GREETING_BYTES);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3]);
    greeting.set(new TextEncoder().encode("NULL"), 12);
    try {
      await socket.#writer.write(greeting);
      await socket.#write(ready, IS_COMMAND);
      if (type === "SUB") await socket.send(["\x01"]);
      return socket;
    } catch (error) {
      await socket.close();
      throw error;
    }
  }

  /** Sends a message of several frames, none of another message between them. */
  async send(frames: readonly string[]): Promise<void> {
    const last = frames.length - 1;
    await Promise.all(
      frames.map((frame, i) => this.#write(frame, i < last ? HAS_MORE : 0)),
    );
  }

  /** The messages as they come, each a list of frames, until a side hangs up. */
  async *messages(): AsyncGenerator<string[]> {
    let frames: string[] = [];
    await this.#read(GREETING_BYTES);
    for (let head; (head = await this.#read(1));) {
      const flags = head.getUint8(0);
      const size = await this.#read(flags & IS_LONG ? 8 : 1);
      if (size === undefined) return;
      const body = await this.#read(
        flags & IS_LONG ? Number(size.getBigUint64(0)) : size.getUint8(0),
      );
      if (body === undefined) return;
      if (flags & IS_COMMAND) continue;
      frames.push(new TextDecoder().decode(body));
      if (flags & HAS_MORE) continue;
      yield frames;
      frames = [];
    }
  }

  /** Hangs up. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
    await this.#writer.close().catch(() => {});
  }

  /** Writes one frame, its length always in 8 bytes. */
  async #write(text: string, flags: number): Promise<void> {
    const body = new TextEncoder().encode(text);
    const frame = new Uint8Array(9 + body.length);
    frame[0] = flags | IS_LONG;
    new DataView(frame.buffer).setBigUint64(1, BigInt(body.length));
    frame.set(body, 9);
    await this.#writer.write(frame);
  }

  /** Exactly `count` bytes, or `undefined` when the connection has ended. */
  async #read(count: number): Promise<DataView | undefined> {
    if (count === 0) return new DataView(new ArrayBuffer(0));
    try {
      const { done, value } = await this.#reader.read(
        new DataView(new ArrayBuffer(count)),
        { min: count },
      );
      return done ? undefined : value;
    } catch {
      return undefined;
    }
  }
}
