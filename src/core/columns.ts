/** One column of a table of numbers that grows. */
export type Column = Float64Array | Float32Array | Int32Array | Uint8Array;

/**
 * A column with room for `length` values: `column` itself, or a copy of at least twice its length. Growing by doubling costs a constant time a
 * value; the code that fills the column keeps how many of its values count.
 */
export function withRoom<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  const larger = new (column.constructor as new (length: number) => T)(Math.max(2 * column.length, length));
  larger.set(column);
  return larger;
}
