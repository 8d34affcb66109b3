/**
 * Throws unless the table has its size and each value is in its range.
 *
 * @param allowed Whether a value is in the range.
 * @param range The range in words, such as `"between 0 and 1"`.
 * @param name What a row is called in the error.
 */
export function checkTable(
  table: ArrayLike<ArrayLike<number>>,
  [rows, columns]: readonly [rows: number, columns: number],
  allowed: (value: number) => boolean,
  range: string,
  name: (row: number) => string = (row) => `row ${row}`,
): void {
  if (table.length !== rows) {
    throw new RangeError(
      `Cannot draw ${table.length} rows: there must be ${rows}`,
    );
  }
  for (let row = 0; row < rows; row++) {
    const values = Array.from(table[row]);
    if (values.length !== columns) {
      throw new RangeError(
        `Cannot draw ${
          name(row)
        }: there must be ${columns} values, not ${values.length}`,
      );
    }
    const wrong = values.findIndex((value) => !allowed(value));
    if (wrong >= 0) {
      throw new RangeError(
        `Cannot draw ${name(row)}: value ${wrong} is ${
          values[wrong]
        }, not ${range}`,
      );
    }
  }
}
