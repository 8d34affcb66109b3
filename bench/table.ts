/**
 * Tables in Markdown, and numbers with their units.
 */

/** A table whose columns line up: the first to the left, others to the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length))
  );
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) =>
    column === 0 ? "-".repeat(width) : "-".repeat(width - 1) + ":"
  );
  return [head, rule, ...rows].map(line).join("\n");
}

/** Three digits, or all of a larger whole part: `0.0123`, `12.3`, `1,234`. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(rounded))));
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A time in the unit that suits it: `65.1 µs`, `2.10 ms`, `1.23 s`. */
export function time(seconds: number): string {
  return `${threeDigits(seconds * scaleOf(seconds).factor)} ${
    scaleOf(seconds).unit
  }`;
}

/** Two times with one unit between them: `64.0–71.3 µs`. */
export function timeSpan(least: number, most: number): string {
  const { factor, unit } = scaleOf(most);
  return `${threeDigits(least * factor)}–${threeDigits(most * factor)} ${unit}`;
}

function scaleOf(seconds: number): { factor: number; unit: string } {
  if (seconds < 0.9995e-3) return { factor: 1e6, unit: "µs" };
  if (seconds < 0.9995) return { factor: 1e3, unit: "ms" };
  return { factor: 1, unit: "s" };
}
