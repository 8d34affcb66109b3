/** The links of the playground. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Linked, readLink, writeLink } from "../../playground/link.ts";
import { LECTURE } from "../../playground/settings.ts";

const plain: Linked = { list: {}, settings: LECTURE, step: 0, edits: [] };

Deno.test("readLink() gives what writeLink() was given", async () => {
  const linked: Linked = {
    list: { text: "emma\nava\n東京\nשלום\n<script>alert(1)</script>&step=9" },
    settings: {
      ...LECTURE,
      ...{ hiddenSize: 7, weightDecay: 30 / 181_234, seed: 2 ** 53 - 1 },
      ...{ arithmetic: "fused", schedule: "cosine", keepEqualTogether: true },
    },
    step: 1234,
    edits: [{ step: 0, index: 11_896, value: Math.fround(-0.1) }, {
      ...{ step: 1234, index: 0, value: 1e-30 },
    }],
  };
  assertEquals(await readLink(`#${await writeLink(linked)}`), linked);
  assertEquals(await readLink("#step=0"), plain);
  assertEquals(await readLink(""), undefined);
  assertEquals(await readLink("#words-title"), undefined);
});

Deno.test("writeLink() replaces a list of more than 8 KB compressed by its hash", async () => {
  const hash = "0".repeat(64);
  const bytes = crypto.getRandomValues(new Uint8Array(16_000));
  const text = Array.from(bytes, (byte) => byte.toString(36)).join("\n");
  const link = await writeLink({ ...plain, list: { text, hash } });
  assertEquals(link, `list=${hash}`);
  const short = await writeLink({
    ...plain,
    list: { text: "ab\n".repeat(100_000), hash },
  });
  assert(short.startsWith("words=") && short.length < 2000);
});

Deno.test("readLink() refuses what is damaged, and lists that unpack to far more", async () => {
  const bomb = new Blob([new Uint8Array(3e6)]).stream()
    .pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(bomb).arrayBuffer());
  const words = btoa(Array.from(packed, (x) => String.fromCharCode(x)).join(""))
    .replaceAll("+", "-").replaceAll("/", "_");
  for (
    const link of [
      ...["step=-1", "step=1e999", "H=", "H=1.5", "rate=NaN", "rate=-1"],
      ...[
        "schedule=never",
        "arithmetic=",
        "list=abc",
        "words=!!",
        "words=abc!",
      ],
      ...[
        "edits=1_2",
        "edits=1_2_NaN",
        "edits=1_2_1e39",
        "edits=1_-2_3",
        `words=${words}`,
      ],
    ]
  ) {
    await assertRejects(
      () => readLink(link),
      RangeError,
      "Cannot open this link",
    );
  }
});
