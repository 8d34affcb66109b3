/** Numbers as the descriptions of figures say them. */

/** A loss, with at most four digits after the point. */
export function formatLoss(loss: number): string {
  return String(Number(loss.toFixed(4)));
}

/** A share of one as a percentage, with at most one digit after the point. */
export function formatShare(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

/** A whole number with commas between thousands. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
