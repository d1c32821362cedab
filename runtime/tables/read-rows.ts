import { UnreadableError } from "./calendar.ts";
import type { BatchOptions, Column, Row, Value } from "./session.ts";
import { TableError } from "./table-error.ts";

/** How values are read into rows. */
export type Reading = BatchOptions;

export const plainReading: Reading = {};

/**
 * Appends rows as plain objects, a column at a time.
 * @param readerOf gives what reads a column's value of the batch's row `i`.
 * @throws {TableError} that names the column of a value that a row can't hold.
 */
export function appendColumns(
  rows: Row[],
  count: number,
  columns: readonly Column[],
  readerOf: (column: number) => ((i: number) => Value) | undefined,
): void {
  const first = rows.length;
  for (let i = 0; i < count; i++) rows.push({});
  columns.forEach(({ name }, index) => {
    const read = readerOf(index);
    if (read === undefined) return;
    try {
      for (let i = 0; i < count; i++) {
        const row = rows[first + i] as Record<string, Value>; // made above, for this to fill
        setOwn(row, name, read(i));
      }
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      throw new TableError(
        `Reading rows: a value of the column ${JSON.stringify(name)} is ${error.message}. Read it as text: CAST(... AS STRING).`,
      );
    }
  });
}

/** Sets a map's entry. @throws {UnreadableError} for a key that it has already. */
export function setEntry(object: Record<string, Value>, key: string, value: Value): void {
  if (Object.hasOwn(object, key))
    throw new UnreadableError(`a map that has the key ${JSON.stringify(key)} twice`);
  setOwn(object, key, value);
}

/** Sets a property of whatever name, `__proto__` too. */
export function setOwn(object: Record<string, Value>, name: string, value: Value): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}
