/** Numbers as the page writes them. */

/** A number with so many decimals, and a minus sign that is as wide as a plus. */
export function fixed(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return "not a number";
  return value.toFixed(decimals).replace(/^-(?=0*\.?0*$)/, "").replace(
    "-",
    "−",
  );
}

/** A number in about four digits, however small or large. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "not a number";
  if (size >= 0.001 && size < 10_000) {
    const whole = size >= 100 ? 1 : size >= 10 ? 2 : 3;
    return fixed(value, size < 0.1 ? 4 : whole);
  }
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits}·10${raised(Number(power))}`.replace("-", "−");
}

/** A number in a small cell. */
export function tiny(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.005) {
    return value.toExponential(0).replace("-", "−").replace("e-", "e−");
  }
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** A whole number with separators. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** A probability. */
export function percent(value: number): string {
  const hundreds = 100 * value;
  return (hundreds < 0.1 && hundreds > 0
    ? "below 0.1"
    : hundreds.toFixed(hundreds < 10 ? 1 : 0)) + "\u00a0%";
}

function raised(power: number): string {
  return [...String(power)].map((digit) =>
    digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]
  ).join("");
}

/** A token as people see it: the boundary token is the end of a word. */
export function shown(token: string): string {
  return token === " " ? "␣" : token;
}
