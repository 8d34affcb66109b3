import { assertEquals, assertThrows } from "@std/assert";
import { openMailbox, signals } from "../../lib/kernel/halves.ts";

/** The mailboxes of two halves, in one thread, and their memories. */
function twoMailboxes(longest: number, sentBefore = 0) {
  const offset = 64;
  const data = {
    box: new SharedArrayBuffer(offset + 4 * longest),
    offset,
    longest,
    signals: new Int32Array(new SharedArrayBuffer(4 * signals.length)),
  };
  data.signals[signals.sent[0]] = sentBefore;
  data.signals[signals.sent[1]] = sentBefore;
  const waits: unknown[] = [];
  const wait = (...waited: unknown[]) => {
    waits.push(waited);
    throw new Error("Nobody answers");
  };
  const memories = [0, 1].map(() => new WebAssembly.Memory({ initial: 1 }));
  const mailboxes = [
    openMailbox(0, data, sentBefore, wait),
    openMailbox(1, data, sentBefore, wait),
  ];
  return { data, memories, mailboxes, waits };
}

Deno.test("openMailbox() hands over what the other sent, also when it is one ahead", () => {
  // The numbers of the messages pass from positive to negative ones.
  for (const sentBefore of [0, 2 ** 31 - 7]) {
    const { memories, mailboxes, data } = twoMailboxes(16, sentBefore);
    const [first, second] = mailboxes;
    const [here, there] = memories.map(({ buffer }) => new Uint8Array(buffer));
    for (let message = 1; message <= 20; message++) {
      // The first has sent this one already, and here it sends the next before
      // the second has received any of the two.
      if (message === 1) {
        here.fill(message, 0, 16);
        first.send(memories[0], 0, 16);
      }
      there.fill(100 + message, 0, 8);
      second.send(memories[1], 0, 8);
      first.receive(memories[0], 100, 8);
      assertEquals(here[100], 100 + message);
      here.fill(message + 1, 0, 16);
      first.send(memories[0], 0, 16);
      second.receive(memories[1], 200, 16);
      const wanted = [...Array(16).fill(message), 0];
      assertEquals([...there.subarray(200, 217)], wanted);
    }
    assertEquals(first.sent, (sentBefore + 21) | 0);
    assertEquals([...new Uint8Array(data.box, 0, 64)], Array(64).fill(0));
  }
});

Deno.test("openMailbox() waits for a message that is not there", () => {
  const { memories, mailboxes, waits } = twoMailboxes(16, 5);
  mailboxes[1].send(memories[1], 0, 4);
  mailboxes[0].receive(memories[0], 0, 4);
  assertThrows(
    () => mailboxes[0].receive(memories[0], 0, 4),
    Error,
    "Nobody answers",
  );
  assertEquals(waits, [[signals.sent[1], 6, 0]]);
});
