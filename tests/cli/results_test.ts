import { assert, assertEquals, assertMatch } from "@std/assert";
import { fit, formatLosses, lossesByPart } from "../../cli/results.ts";

Deno.test("formatLosses() has columns of 20 characters that line up", () => {
  // ln 27 and its perplexity, and what the lecture's first step has
  assertEquals(
    formatLosses([Math.log(27), 2.0944, 27.8817]),
    "   3.2958      27.00   2.0944       8.12  27.8817    1.3e+12",
  );
});

Deno.test("formatLosses() never runs numbers together", () => {
  const losses = [0, 9.99995, 13.8, 20.7, 99.99996, 123.4567, 1234.5678]
    .concat(99999.5, 1e6, 1e7, 3.4e38, Infinity, NaN);
  for (const loss of losses) {
    const line = formatLosses([loss, 1234.5678, loss]);
    assertEquals([...line].length, 60);
    assertMatch(line, /^( {2,}\S+){6}$/, String(loss));
    const shown = line.trim().split(/ +/);
    const [value, perplexity] = shown.map((text) => Number(text));
    if (loss < 1e38) {
      assert(Math.abs(value - loss) <= 0.05 * loss, `${loss} as ${shown[0]}`);
    }
    if (loss < 700) {
      const exact = Math.exp(loss);
      assert(Math.abs(perplexity - exact) <= 0.05 * exact, String(loss));
    } else if (loss === loss) assertEquals(shown[1], "∞");
  }
});

Deno.test("lossesByPart() is null in JSON where it is not finite", () => {
  const parts = JSON.parse(JSON.stringify(lossesByPart([NaN, 800, 0])));
  assertEquals(parts, {
    train: { loss: null, perplexity: null },
    dev: { loss: 800, perplexity: null },
    test: { loss: 0, perplexity: 1 },
  });
});

Deno.test("fit() gives up decimals before it gives up digits", () => {
  const shown = [12.34567, 123.4567, 12345.67, 999999.9, 12345678]
    .map((value) => fit(value, 4, 7));
  assertEquals(shown, ["12.3457", "123.457", "12345.7", "1000000", "1.2e+7"]);
  assertEquals(fit(-Infinity, 4, 7), "-∞");
});
