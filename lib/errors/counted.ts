/**
 * How many there are of something, in words: "1 word", "2 words".
 *
 * @param count how many
 * @param units what is counted, a plural that ends in "s"
 */
export function counted(count: number, units: string): string {
  return `${count} ${count === 1 ? units.slice(0, -1) : units}`;
}
