/** Where a logarithmic axis has its ticks: round numbers, as many as fit. */

const series = [[1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8], [1, 2, 3, 5, 7]]
  .concat([[1, 2, 5], [1, 3], [1]]);

/** How far a float32 may be from the round number that it stands for. */
const slack = 1 + 1e-6;

/** The options of a logarithmic scale with these ticks. */
export function logScale(low: number, high: number, most: number) {
  const ticks = logTicks(low, high, most);
  return { type: "log", ticks, tickFormat: String } as const;
}

/** Round numbers from `low` to `high`, at most `most` of them if possible. */
export function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Math.ceil(Math.log10(high)) - first + 1;
  const choices = series.map((digits) =>
    Array.from(
      { length: powers },
      (_, i) => digits.map((digit) => Number(`${digit}e${first + i}`)),
    ).flat().filter((tick) => tick >= low / slack && tick <= high * slack)
  );
  return choices.find(({ length }) => length <= most) ?? choices.at(-1)!;
}
