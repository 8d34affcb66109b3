import { assertEquals, assertThrows } from "@std/assert";
import { fromBase64, toBase64 } from "../../lib/kernel/base64.ts";

/** Runs `test` as it is, and in a runtime that knows only `atob` and `btoa`. */
function inBoth(test: () => void): void {
  test();
  const owners = [
    [Uint8Array, "fromBase64"],
    [Uint8Array.prototype, "toBase64"],
  ] as const;
  const had = owners.map(([owner, name]) =>
    Object.getOwnPropertyDescriptor(owner, name)
  );
  for (const [owner, name] of owners) Reflect.deleteProperty(owner, name);
  try {
    test();
  } finally {
    owners.forEach(([owner, name], i) => {
      if (had[i]) Object.defineProperty(owner, name, had[i]);
    });
  }
}

Deno.test("toBase64() writes what RFC 4648 has", () => {
  const vectors = [
    "",
    "Zg==",
    "Zm8=",
    "Zm9v",
    "Zm9vYg==",
    "Zm9vYmE=",
    "Zm9vYmFy",
  ];
  inBoth(() => {
    vectors.forEach((text, length) => {
      const bytes = new TextEncoder().encode("foobar".slice(0, length));
      assertEquals(toBase64(bytes), text);
      assertEquals(fromBase64(text), bytes);
    });
  });
});

Deno.test("fromBase64() gives back what toBase64() took, also of many bytes", () => {
  const bytes = Uint8Array.from({ length: 200_001 }, (_, i) => i * i >> 3);
  inBoth(() => assertEquals(fromBase64(toBase64(bytes)), bytes));
});

Deno.test("fromBase64() refuses what is not base64", () => {
  inBoth(() => assertThrows(() => fromBase64("a*b="), Error));
});
