/** Numbers as figures write them. */

/** A loss, with at most four digits after the point. */
export function formatLoss(loss: number): string {
  return String(Number(loss.toFixed(4)));
}

/** A share of one as a percentage of at most `digits` digits. */
export function formatShare(share: number, digits = 3): string {
  return `${Number((100 * share).toPrecision(digits))} %`;
}

/** A whole number with commas between thousands. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** The same, but `14.3 million` from a million on. */
export function formatLargeCount(count: number): string {
  if (count < 1e6) return formatCount(count);
  const three = { maximumSignificantDigits: 3 };
  return `${(count / 1e6).toLocaleString("en-US", three)} million`;
}
