import type { JsonValue } from "./artifacts.ts";

/** A task run's or a flow run's result for people: as text, and samples of the tables in it. */
export interface ResultContent {
  /** The value as text, shortened where it is long. */
  readonly text: string;
  /** The value as JSON can say it, where it can: bigints as text, dates as ISO 8601, tables as their previews. */
  readonly value?: JsonValue;
  readonly tables: readonly ResultTable[];
}

export interface ResultTable {
  /** Where in the result: `` for the result itself. */
  readonly path: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** The first rows, in the columns' order. */
  readonly rows: readonly (readonly JsonValue[])[];
  readonly total: number;
  /** Where its rows are, if that is a storage which only its session reads, or a file that isn't read. */
  readonly elsewhere?: string;
  /** That file lies outside of the run's folder, and of the one that its runs are in. */
  readonly outside?: true;
}
