/** Where a logarithmic axis has its ticks: round numbers, as many as fit. */

const series = [
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
  [1, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];

/** A float32 may lie this little beside the round number it stands for. */
const slack = 1 + 1e-6;

/** Round numbers from `low` to `high`, at most `most` of them if possible. */
export function logTicks(low: number, high: number, most: number): number[] {
  let ticks: number[] = [];
  for (const digits of series) {
    ticks = [];
    for (
      let power = Math.floor(Math.log10(low));
      power <= Math.ceil(Math.log10(high));
      power++
    ) {
      for (const digit of digits) {
        const tick = Number(`${digit}e${power}`);
        if (tick >= low / slack && tick <= high * slack) ticks.push(tick);
      }
    }
    if (ticks.length <= most) break;
  }
  return ticks;
}
