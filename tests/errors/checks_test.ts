import { assertThrows } from "@std/assert";
import { checkNotNegative, checkWhole } from "../../lib/errors/checks.ts";

Deno.test("checkWhole() takes whole numbers in the range, and names the others", () => {
  for (const value of [1, 2, 49]) checkWhole("candidates", value, 1, 49);
  checkWhole("steps", Number.MAX_SAFE_INTEGER, 0);
  for (const value of [0, 50, 1.5, NaN, Infinity, -1]) {
    assertThrows(
      () => checkWhole("candidates", value, 1, 49),
      RangeError,
      `Cannot use candidates ${value}: it must be a whole number from 1 to 49`,
    );
  }
  assertThrows(
    () => checkWhole("batchSize", 12.5, 1),
    RangeError,
    "Cannot use batchSize 12.5: it must be a whole number from 1",
  );
  assertThrows(() => checkWhole("steps", 2 ** 53, 0), RangeError);
});

Deno.test("checkNotNegative() takes finite numbers from 0", () => {
  for (const value of [0, 1e-4, 3]) checkNotNegative("weight decay", value);
  for (const value of [-1e-9, NaN, Infinity]) {
    assertThrows(
      () => checkNotNegative("weight decay", value),
      RangeError,
      `Cannot use weight decay ${value}: it must be a finite number from 0`,
    );
  }
});
