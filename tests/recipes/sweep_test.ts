import { assert, assertEquals, assertThrows } from "@std/assert";
import { TorchGenerator } from "../../lib/random/torch_generator.ts";
import {
  randomSettings,
  type SettingChoices,
  settingsGrid,
} from "../../lib/recipes/sweep.ts";

const draw = (choices: SettingChoices, count: number, seed = 1) =>
  randomSettings(choices, { generator: new TorchGenerator(seed), count });

Deno.test("settingsGrid() makes all combinations, the last setting fastest", () => {
  assertEquals(settingsGrid({ a: [1, 2], b: ["x", true] }), [
    { a: 1, b: "x" },
    { a: 1, b: true },
    { a: 2, b: "x" },
    { a: 2, b: true },
  ]);
  assertEquals(settingsGrid({}), [{}]);
});

Deno.test("settingsGrid() divides ranges evenly, or evenly by their logarithm", () => {
  const valuesOf = (a: SettingChoices[string]) =>
    settingsGrid({ a }).map(({ a }) => a);
  assertEquals(valuesOf({ from: 0, to: 1 }), [0, 0.25, 0.5, 0.75, 1]);
  assertEquals(
    valuesOf({ from: 1e-5, to: 0.1, log: true }),
    [1e-5, 1e-4, 1e-3, 1e-2, 0.1],
  );
  assertEquals(
    valuesOf({ from: 100, to: 400, whole: true, log: true, points: 3 }),
    [100, 200, 400],
  );
  assertEquals(valuesOf({ from: 2, to: 4, whole: true }), [2, 3, 4]);
  // numpy.geomspace(0.05, 0.5, 5)
  assertEquals(
    valuesOf({ from: 0.05, to: 0.5, log: true }),
    [0.05, 0.08891, 0.1581, 0.2812, 0.5],
  );
});

Deno.test("settingsGrid() includes the ends of a range, and tells its values apart", () => {
  const valuesOf = (a: SettingChoices[string]) =>
    settingsGrid({ a }).map(({ a }) => a);
  const close = { from: 12345.678, to: 12346.789 };
  assertEquals(
    valuesOf({ ...close, points: 3 }),
    [12345.678, 12346.234, 12346.789],
  );
  assertEquals(
    valuesOf({ ...close, log: true, points: 3 }),
    [12345.678, 12346.233, 12346.789],
  );
  assertEquals(valuesOf({ from: 100, to: 101 }), [
    ...[100, 100.25, 100.5, 100.75, 101],
  ]);
  assertEquals(
    valuesOf({ from: 0.123456, to: 0.654321, points: 3 }),
    [0.123456, 0.3889, 0.654321],
  );
  for (const points of [999, 9000, 20_001]) {
    for (const log of [false, true]) {
      const values = valuesOf({ from: 1, to: 9.99, log, points });
      assertEquals(new Set(values).size, points);
    }
  }
  // numbers next to each other have none between them
  const next = 1 + Number.EPSILON;
  assertEquals(valuesOf({ from: 1, to: next }), [1, next]);
});

Deno.test("randomSettings() draws many values from a range whose ends are close", () => {
  const drawn = draw({ a: { from: 12345.678, to: 12346.789 } }, 50);
  assertEquals(new Set(drawn.map(({ a }) => a)).size, 50);
});

Deno.test("randomSettings() tells values apart that are the same in JSON", () => {
  const values = [Infinity, -Infinity, NaN, null, undefined, 1n, () => 1];
  const drawn = draw({ a: values }, 100).map(({ a }) => a);
  assertEquals(drawn.length, values.length);
  assertEquals(new Set(drawn), new Set(values));
  assertEquals(draw({ a: [1, 1, "1"] }, 100).length, 2);
});

Deno.test("randomSettings() draws the same settings with the same seed, and more after them", () => {
  const choices = { a: { from: 1, to: 9 }, b: [1, 2, 3] };
  assertEquals(draw(choices, 20), draw(choices, 20));
  assertEquals(draw(choices, 30).slice(0, 20), draw(choices, 20));
  assert(draw(choices, 1, 2)[0].a !== draw(choices, 1)[0].a);
});

Deno.test("randomSettings() draws each setting once, and as many as there are", () => {
  const all = settingsGrid({ a: [1, 2, 3], b: [false, true] });
  const drawn = draw({ a: [1, 2, 3], b: [false, true] }, 100);
  const sorted = (list: object[]) =>
    list.map((one) => JSON.stringify(one)).sort();
  assertEquals(sorted(drawn), sorted(all));
});

Deno.test("randomSettings() draws evenly, with log by the logarithm, and the ends of whole ranges as often as the rest", () => {
  const drawn = draw({
    even: { from: 0, to: 1 },
    log: { from: 0.01, to: 1, log: true },
    whole: { from: 1, to: 4, whole: true },
  }, 4000) as { even: number; log: number; whole: number }[];
  // the standard deviation of such a share of 4,000 is below 0.008
  const share = (is: (one: typeof drawn[0]) => boolean) =>
    drawn.filter(is).length / drawn.length;
  const isNear = (share: number, to: number) =>
    assert(Math.abs(share - to) < 0.04, `${share}, not ${to}`);
  isNear(share(({ even }) => even < 0.5), 0.5);
  isNear(share(({ log }) => log < 0.1), 0.5);
  for (const n of [1, 2, 3, 4]) isNear(share(({ whole }) => whole === n), 0.25);
  for (const { log } of drawn) assertEquals(log, Number(log.toPrecision(4)));
});

Deno.test("settingsGrid() and randomSettings() refuse what cannot be chosen from", () => {
  const refused: [SettingChoices[string], string][] = [
    [[], "it has no values"],
    [
      { from: 2, to: 1 },
      "a range goes from a number to a larger one, not from 2 to 1",
    ],
    [
      { from: NaN, to: 1 },
      "a range goes from a number to a larger one, not from NaN to 1",
    ],
    [
      { from: 0, to: 1, log: true },
      "a range with log begins above 0, not at 0",
    ],
    [
      { from: 0.5, to: 3, whole: true },
      "a range of whole numbers does not go from 0.5 to 3",
    ],
  ];
  for (const [a, reason] of refused) {
    for (const act of [() => settingsGrid({ a }), () => draw({ a }, 1)]) {
      const { message } = assertThrows(act, RangeError);
      assertEquals(message, `Cannot choose "a": ${reason}`);
    }
  }
  assertThrows(
    () => settingsGrid({ a: { from: 0, to: 1, points: 1 } }),
    RangeError,
    "Cannot use points 1: it must be a whole number from 2",
  );
  assertThrows(() => draw({ a: [1] }, 0), RangeError, "Cannot use count 0");
  const many = Array.from({ length: 1001 }, (_, i) => i);
  assertThrows(
    () => settingsGrid({ a: many, b: many }),
    RangeError,
    "Cannot make a grid of more than 1000000 settings",
  );
});
