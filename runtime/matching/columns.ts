import { MatchingError } from "./matching-error.ts";

/**
 * A column of texts. Strings are what Spark's are: UTF-8, so that a lone surrogate can't be held and reads
 * as `?`. A null is an error in the tokenizers, as in Spark; filter such rows out before.
 */
export type StringColumn = readonly (string | null)[];

/** A column of token lists, some tokens perhaps null: row i has `tokens[offsets[i]]` up to, not including, `tokens[offsets[i + 1]]`. */
export interface TokenColumn {
  /** One more than there are rows; begins with 0. */
  readonly offsets: Uint32Array;
  readonly tokens: readonly (string | null)[];
}

/** A column of sets of feature indices, in the same layout. A row's indices are distinct and ascend, none below 0. */
export interface SetColumn {
  /** One more than there are rows; begins with 0. */
  readonly offsets: Uint32Array;
  readonly indices: Int32Array;
}

/** Spark's sparse vectors of one size; no value is 0, so that it also is the column of their index sets. */
export interface SparseVectorColumn extends SetColumn {
  /** Of each vector. Indices are below it. */
  readonly size: number;
  /** One for each index. */
  readonly values: Float64Array;
}

/** Numbers beside the indices of a column of sets, in the same layout. */
export interface CountColumn {
  readonly offsets: Uint32Array;
  readonly counts: Float64Array;
}

/** What a stage reads and adds. */
export type DataColumn = StringColumn | TokenColumn | SetColumn | CountColumn;

export function rowCount(column: DataColumn): number {
  return "offsets" in column ? column.offsets.length - 1 : column.length;
}

/** The column of the given lists. Lone surrogates become `?`. */
export function tokenColumn(rows: readonly (readonly (string | null)[])[]): TokenColumn {
  const offsets = new Uint32Array(rows.length + 1);
  const tokens: (string | null)[] = [];
  for (const [row, list] of rows.entries()) {
    for (const token of list) tokens.push(token === null ? null : replaceLoneSurrogates(token));
    offsets[row + 1] = tokens.length;
  }
  return { offsets, tokens };
}

/** The lists of the column, row by row: for looking at, not for work. */
export function tokenRows(column: TokenColumn): (string | null)[][] {
  return Array.from({ length: rowCount(column) }, (_, row) =>
    column.tokens.slice(column.offsets[row], column.offsets[row + 1]),
  );
}

/**
 * The column of the given sets, in any order, duplicates allowed.
 * @throws {MatchingError} for an index that isn't an integer from 0 to 2^31 - 1.
 */
export function setColumn(rows: readonly Iterable<number>[]): SetColumn {
  const sets = rows.map((indices) => [...new Set(indices)].sort((a, b) => a - b));
  const offsets = new Uint32Array(sets.length + 1);
  for (const [row, set] of sets.entries()) {
    const wrong = set.find((index) => !Number.isInteger(index) || index < 0 || index > 0x7fffffff);
    if (wrong !== undefined) {
      throw new MatchingError(
        `Row ${row} has the index ${wrong}. Feature indices are integers from 0 to 2147483647.`,
      );
    }
    offsets[row + 1] = offsets[row]! + set.length;
  }
  return { offsets, indices: Int32Array.from(sets.flat()) };
}

/** The sets of the column, row by row: for looking at, not for work. */
export function setRows(column: SetColumn): number[][] {
  return Array.from({ length: rowCount(column) }, (_, row) => [
    ...column.indices.subarray(column.offsets[row], column.offsets[row + 1]),
  ]);
}

/** The text of a row. @throws {MatchingError} where it is null. */
export function textOf(stage: string, column: StringColumn, row: number): string {
  const text = column[row];
  if (typeof text === "string") return text;
  throw new MatchingError(
    `${stage}: the text of row ${row} is null. Spark fails here too. Leave such rows out before, or replace null by "".`,
  );
}

/** Java encodes a lone surrogate as `?` in UTF-8, and Spark keeps every string in UTF-8. */
export function replaceLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "?");
}
