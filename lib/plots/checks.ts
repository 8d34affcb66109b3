/** Which values a figure can draw. */
export interface ValueRange {
  allows(value: number): boolean;
  /** The range in words, such as `"between 0 and 1"`. */
  words: string;
}

/** What tanh gives. */
export const ofTanh: ValueRange = {
  allows: (value) => Math.abs(value) <= 1,
  words: "in the -1 … 1 of tanh",
};

/** Throws unless there are `length` values, all in the range. */
export function checkValues(
  name: string,
  values: ArrayLike<number>,
  length: number,
  range: ValueRange,
): void {
  const refuse = (reason: string) => {
    throw new RangeError(`Cannot draw ${name}: ${reason}`);
  };
  if (values.length !== length) {
    refuse(`there must be ${length} values, not ${values.length}`);
  }
  const wrong = Array.from(values).findIndex((value) => !range.allows(value));
  if (wrong >= 0) {
    refuse(`value ${wrong} is ${values[wrong]}, not ${range.words}`);
  }
}

/** Throws unless the table has its size and each value is in the range. */
export function checkTable(
  table: ArrayLike<ArrayLike<number>>,
  [rows, columns]: readonly [rows: number, columns: number],
  range: ValueRange,
): void {
  if (table.length !== rows) {
    throw new RangeError(
      `Cannot draw ${table.length} rows: there must be ${rows}`,
    );
  }
  for (let row = 0; row < rows; row++) {
    checkValues(`row ${row}`, table[row], columns, range);
  }
}
