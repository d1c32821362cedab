import type * as DuckDb from "@duckdb/node-api";
import type {
  CountColumn,
  DataColumn,
  SetColumn,
  StringColumn,
  TokenColumn,
} from "../../matching/columns.ts";
import type { ParsedType } from "../column-types.ts";
import { TableError } from "../table-error.ts";
import type { Api } from "./load-duckdb.ts";

/** Gathers a column out of chunks, in the layout that the matching kernels work on. */
export interface ColumnGatherer<C> {
  /** @param isNull tells the rows without a value, of which a list's vector holds whatever was there before. */
  add(vector: DuckDb.DuckDBVector, rows: number, isNull: (row: number) => boolean): void;
  column(): C;
}

/** The error for a row's value that no kernel takes. @param row 0-based. */
export type Refusal = (row: number, what: string) => Error;

/** The type that a kernel's column has in a table. */
export function columnType(column: DataColumn): ParsedType {
  if (!("offsets" in column)) return { kind: "string" };
  const kind = "tokens" in column ? "string" : "counts" in column ? "double" : "integer";
  return { kind: "array", item: { kind } };
}

/** The gatherer for a column of a type that the kernels know, or undefined. */
export function gathererFor(
  api: Api,
  type: ParsedType,
  refuse: Refusal,
  nullLists: "refused" | "empty",
): ColumnGatherer<DataColumn> | undefined {
  if (type.kind === "string") return new TextGatherer();
  if (type.kind !== "array") return undefined;
  if (type.item.kind === "string") return new TokenGatherer(api, refuse, nullLists);
  return type.item.kind === "integer" ? new SetGatherer(api, refuse, nullLists) : undefined;
}

class TextGatherer implements ColumnGatherer<StringColumn> {
  readonly #texts: (string | null)[] = [];

  add(vector: DuckDb.DuckDBVector, rows: number): void {
    for (let i = 0; i < rows; i++) this.#texts.push(vector.getItem(i) as string | null); // a column of strings
  }

  column(): StringColumn {
    return this.#texts;
  }
}

/** Any column's values, as the engine has them. */
export class ValueGatherer implements ColumnGatherer<readonly DuckDb.DuckDBValue[]> {
  readonly #values: DuckDb.DuckDBValue[] = [];

  add(vector: DuckDb.DuckDBVector, rows: number): void {
    for (let i = 0; i < rows; i++) this.#values.push(vector.getItem(i));
  }

  column(): readonly DuckDb.DuckDBValue[] {
    return this.#values;
  }
}

class TokenGatherer implements ColumnGatherer<TokenColumn> {
  readonly #api: Api;
  readonly #refuse: Refusal;
  readonly #nullLists: "refused" | "empty";
  readonly #tokens: (string | null)[] = [];
  readonly #ends: number[] = [];

  constructor(api: Api, refuse: Refusal, nullLists: "refused" | "empty") {
    this.#api = api;
    this.#refuse = refuse;
    this.#nullLists = nullLists;
  }

  add(vector: DuckDb.DuckDBVector, rows: number, isNull: (row: number) => boolean): void {
    const lists = listVector(this.#api, vector);
    const items = lists.childVector;
    for (let i = 0; i < rows; i++) {
      const missing = isNull(i);
      if (missing && this.#nullLists === "refused") throw this.#refuse(this.#ends.length, "null");
      const start = missing ? 0 : lists.getEntryOffset(i);
      const end = missing ? 0 : start + lists.getEntryLength(i);
      for (let at = start; at < end; at++) {
        this.#tokens.push(items.getItem(at) as string | null); // a column of arrays of strings
      }
      this.#ends.push(this.#tokens.length);
    }
  }

  column(): TokenColumn {
    return { offsets: withZero(this.#ends), tokens: this.#tokens };
  }
}

/** Lists of feature indices as sets: ascending, each once. */
export class SetGatherer implements ColumnGatherer<SetColumn> {
  readonly #api: Api;
  readonly #refuse: Refusal;
  readonly #nullLists: "refused" | "empty";
  readonly #limit: number;
  #indices = new Int32Array(1 << 14);
  #length = 0;
  readonly #ends: number[] = [];

  /** @param limit all indices are below it. */
  constructor(api: Api, refuse: Refusal, nullLists: "refused" | "empty", limit = 2 ** 31) {
    this.#api = api;
    this.#refuse = refuse;
    this.#nullLists = nullLists;
    this.#limit = limit;
  }

  add(vector: DuckDb.DuckDBVector, rows: number, isNull: (row: number) => boolean): void {
    const lists = listVector(this.#api, vector);
    const items = lists.childVector;
    this.#reserve(items.itemCount);
    for (let i = 0; i < rows; i++) {
      const missing = isNull(i);
      if (missing && this.#nullLists === "refused") throw this.#refuse(this.#ends.length, "null");
      const start = missing ? 0 : lists.getEntryOffset(i);
      const length = missing ? 0 : lists.getEntryLength(i);
      const first = this.#length;
      let ascends = true;
      let last = -1;
      for (let at = start; at < start + length; at++) {
        const index = items.getItem(at) as number | null; // a column of arrays of integers
        if (index === null) throw this.#refuse(this.#ends.length, "a list with a null in it");
        if (index < 0 || index >= this.#limit)
          throw this.#refuse(this.#ends.length, `a list with ${index} in it`);
        if (index <= last) ascends = false;
        last = index;
        this.#indices[this.#length++] = index;
      }
      if (!ascends) this.#length = sortDistinct(this.#indices, first, this.#length);
      this.#ends.push(this.#length);
    }
  }

  column(): SetColumn {
    return {
      offsets: withZero(this.#ends),
      indices: this.#indices.slice(0, this.#length),
    };
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#indices.length) return;
    const larger = new Int32Array(Math.max(this.#length + more, this.#indices.length * 2));
    larger.set(this.#indices.subarray(0, this.#length));
    this.#indices = larger;
  }
}

function withZero(ends: readonly number[]): Uint32Array {
  const offsets = new Uint32Array(ends.length + 1);
  offsets.set(ends, 1);
  return offsets;
}

function sortDistinct(indices: Int32Array, start: number, end: number): number {
  const sorted = indices.subarray(start, end).sort();
  let to = start;
  let last = -1;
  for (const index of sorted) {
    if (index === last) continue;
    indices[to++] = index;
    last = index;
  }
  return to;
}

function listVector(api: Api, vector: DuckDb.DuckDBVector): DuckDb.DuckDBListVector {
  if (vector instanceof api.DuckDBListVector) return vector;
  throw new TableError(`The column is no list but ${vector.type}.`);
}

/** The values of a kernel's column, of the rows from `start` to, not including, `end`. */
export function columnValues(
  api: Api,
  column: DataColumn,
  start: number,
  end: number,
): readonly DuckDb.DuckDBValue[] {
  if (!("offsets" in column)) return column.slice(start, end);
  const values: DuckDb.DuckDBValue[] = [];
  const { offsets } = column;
  for (let row = start; row < end; row++) {
    const from = offsets[row];
    const to = offsets[row + 1];
    values.push(new api.DuckDBListValue(itemsOf(column, from, to)));
  }
  return values;
}

function itemsOf(
  column: TokenColumn | SetColumn | CountColumn,
  from: number | undefined,
  to: number | undefined,
): DuckDb.DuckDBValue[] {
  if ("tokens" in column) return column.tokens.slice(from, to);
  return Array.from(("counts" in column ? column.counts : column.indices).subarray(from, to));
}
