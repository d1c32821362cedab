import type { PathVersion } from "../disk/file-version.ts";
import type { SimilarityJoinOptions, Transformer } from "../matching/stages.ts";
import type { InputPaths } from "./files/input-files.ts";
import type { SqlFragment } from "./sql-fragment.ts";

/**
 * A column's type, by Spark's simple names: `boolean`, `integer`, `long`, `double`, `string`, `date`,
 * `timestamp`, `binary`, `decimal(10,2)`, `array<integer>`, `struct<a:integer,b:string>`, ...
 */
export type ColumnType = string;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * A value of a row as JavaScript has it. `long` is a number where it is safe and a bigint beyond; `decimal`
 * and `date` are strings (`"1.50"`, `"2026-11-23"`; before the year 0 and after 9999 as `-000043-03-15` and
 * `+010000-01-01`), `timestamp` is a Date, `binary` a Uint8Array, `array` an array, `struct` and `map` plain
 * objects; a map's keys are texts, those of binary keys hexadecimal. What none of these can hold, such as an
 * infinite date, is an error when it is read.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [name: string]: Value };

export type Row = { readonly [column: string]: Value };

/** What may stand in a `sql` template: another table of the same session, a value, which is bound, or a piece of SQL. */
export type SqlInput = Table | SqlFragment | null | boolean | number | bigint | string | Date;

export interface BatchOptions {
  /** What a timestamp is: a Date (default), or a bigint of microseconds since 1970, of which a Date has only the thousands. */
  readonly timestamps?: "dates" | "microseconds";
}

/**
 * Handle to rows that a {@link Session} can read. Immutable. A table is a plan until something reads it;
 * what a task returns is written once, as Parquet, unless it is only a view over a file. A view reads its files as they
 * were when it was made: once they have changed, reading it fails and names the file, unless a task of a run replaced
 * the folder by `writeParquet` and its earlier version is still kept.
 */
export interface Table {
  /** The session that it belongs to. */
  readonly session: Session;
  readonly columns: readonly Column[];
  /** The first `limit` rows (all of them without a limit), as plain objects. */
  rows(limit?: number): Promise<Row[]>;
  /** All rows in their order, some thousand at a time, with no more of them in memory. */
  batches(options?: BatchOptions): AsyncIterable<readonly Row[]>;
  count(): Promise<number>;
  /**
   * Writes the rows as a folder of Parquet files, as Spark does. The folder is replaced as a whole, or on
   * any error not at all. A task run that starts again (a retry, a resume) finds what was there before it wrote, so
   * that nothing is done twice: see `WrittenFolders`.
   */
  writeParquet(path: string, options?: ParquetWriteOptions): Promise<void>;
  /**
   * Writes the rows as a CSV file with a header, as `readCsv` reads it. The file is replaced as a whole, or on any error
   * not at all.
   */
  writeCsv(path: string, options?: CsvWriteOptions): Promise<void>;
  /** Writes the rows as a file of JSON, one object a line, as a whole or not at all. Binary values are base64. */
  writeJson(path: string): Promise<void>;
  /** Writes the rows as a sheet of an Excel workbook, as a whole or not at all. Its numbers are doubles. */
  writeExcel(path: string, options?: ExcelWriteOptions): Promise<void>;
  /**
   * What stands for the table outside this thread and this process. A table that was computed is written to
   * `file()` first, once; a view over a file costs nothing. `Session.table` is the way back.
   * @param as `plan`: where the engine is a server, what it computes for each reader, unwritten; it is good for as long
   *   as the session.
   */
  handle(file: () => string, as?: "rows" | "plan"): Promise<TableHandle>;
}

/** How Parquet is written. */
export interface ParquetWriteOptions {
  /**
   * Columns by whose values the rows go into folders, `key=value`; `readParquet` has them as columns
   * again, the last. Default: none.
   */
  readonly partitionBy?: readonly string[];
  /**
   * `overwrite` (default): the rows are all that is there afterwards; `append`: they are added; `partitions`: they take the
   * place of the partitions that they are in. Each as a whole; a task run that starts again doesn't add its rows twice.
   */
  readonly mode?: "overwrite" | "append" | "partitions";
  /** About so many rows go into a file; the engine takes multiples of 2,048. Default: as the engine does. */
  readonly rowsPerFile?: number;
  /** Default `snappy`. */
  readonly compression?: "snappy" | "gzip" | "zstd" | "none";
}

export interface CsvWriteOptions {
  /** One character. Default `,`. */
  readonly delimiter?: string;
  /** Default `none`. */
  readonly compression?: "gzip" | "zstd" | "none";
}

export interface ExcelWriteOptions {
  /** Default `Sheet1`. */
  readonly sheet?: string;
}

/** A table between threads and in a run folder. Plain data. */
export type TableHandle = FileHandle | PlanHandle;

/** A table that a server computes for each reader. */
export interface PlanHandle {
  readonly kind: "plan";
  /** Names no file. */
  readonly path: string;
  readonly columns: readonly Column[];
  readonly ordered?: boolean;
  /** The server's own message, in base64. */
  readonly plan: string;
  /** The files that it reads, and where. */
  readonly reads: readonly {
    readonly path: string;
    readonly place: string;
    readonly source?: SourceVersion;
  }[];
}

/** A table that lies in files. */
export type FileHandle =
  | {
      readonly kind: "csv";
      readonly path: string;
      readonly options: CsvOptions;
      readonly columns: readonly Column[];
      readonly source?: SourceVersion;
    }
  | {
      readonly kind: "parquet";
      readonly path: string;
      readonly columns: readonly Column[];
      /** Whether the rows have an order that reading has to restore, where the engine doesn't keep it by itself. */
      readonly ordered?: boolean;
      /** What the files were when the table was made; absent for the run's own, which don't change. */
      readonly source?: SourceVersion;
    };

/** What the files of a view were when it was made. Plain data. */
export interface SourceVersion extends Omit<PathVersion, "path"> {
  /** Who made the view. */
  readonly readBy?: { readonly run: string; readonly taskRun: string };
}

/** A column's type in CSV. A decimal is written in digits with a point, and has no more of them than its type. */
export type CsvType =
  | "string"
  | "integer"
  | "long"
  | "double"
  | "boolean"
  | "date"
  | "timestamp"
  | `decimal(${number},${number})`
  | `decimal(${number}, ${number})`;

export type CsvColumns = { readonly [name: string]: CsvType };

/**
 * How a CSV file is read. Rows are as RFC 4180 has them, with these rules where it has none: an empty line is
 * no row; empty fields beyond the header's are ignored; an empty field is null, and so is `""` but in a string column, where it is an empty string; values
 * are written as JSON and ISO 8601 have them (no spaces, no thousands separators; `true`, `false` in any case;
 * `yyyy-mm-dd`; `yyyy-mm-dd hh:mm:ss[.ffffff]` with T or a space, in UTC unless `Z` or an offset follows); all lines
 * end alike. A value is checked where it is read: a query that doesn't need a column doesn't see what is
 * wrong in it, unless bad rows are rejected.
 */
export interface CsvOptions extends FileNameOption {
  /**
   * Columns to read, by the header's names, with their types; others in the file are left out. `infer`: all, of types that
   * hold all their values: boolean, integer, long, double, date, timestamp, else string, as numbers with leading zeros are.
   */
  readonly columns: CsvColumns | "infer";
  /** Whether the first row has the columns' names. Default true; without, `columns` has them in the file's order. */
  readonly header?: boolean;
  /** Texts that are null, such as `["NA", "-"]`, besides an empty field. Default: none. */
  readonly nullValues?: readonly string[];
  /** The file's encoding, as `TextDecoder` names it, such as `latin1` or `utf-16le`. Default UTF-8. */
  readonly encoding?: string;
  /** What stands before the fraction of doubles and decimals. Default `.`. */
  readonly decimalSeparator?: "." | ",";
  /** How dates are written, of `yyyy`, `MM` and `dd`: `"dd.MM.yyyy"`. Default as ISO 8601 has them. */
  readonly dateFormat?: string;
  /** The same of timestamps, with `HH`, `mm`, `ss` and `SSS`; in UTC. Default as ISO 8601 has them. */
  readonly timestampFormat?: string;
  /** One character. Default `,`. */
  readonly delimiter?: string;
  /** Default `"`; `null` where the file has no quoting and a quote is a character like any other. */
  readonly quote?: string | null;
  /**
   * What a row that can't be read does: `fail` (default) is an error with file and line, `reject` leaves
   * the row out and lists it in {@link Session.rejects}.
   */
  readonly onBadRow?: "fail" | "reject";
}

/** What reading several files may add. */
export interface FileNameOption {
  /** A column with each row's file, as errors name it: `fileName`, or of another name. */
  readonly fileName?: boolean | string;
}

export interface JsonOptions extends FileNameOption {
  /** Columns to read, with their types; default: all that any object has, of types that hold all their values. */
  readonly columns?: { readonly [name: string]: ColumnType };
  /** An `array` of objects, or one object a line (`lines`). Default: what the file is. */
  readonly format?: "array" | "lines";
  /**
   * What a line that can't be read does: `fail` (default) is an error with file and line, `reject` leaves it out and
   * lists it in {@link Session.rejects}. Of lines only.
   */
  readonly onBadRow?: "fail" | "reject";
}

export interface ExcelOptions extends FileNameOption {
  /** Default: the first. */
  readonly sheet?: string;
  /** Cells, such as `"A3:F200"`. Default: from the first row that isn't empty. */
  readonly range?: string;
  /** Whether the first row has the columns' names. Default true; without, they are A, B, C, ... */
  readonly header?: boolean;
  /** Columns to read, with their types; default: all, as the cells have them. */
  readonly columns?: { readonly [name: string]: ColumnType };
}

export interface RejectedRow {
  readonly file: string;
  /** 1-based line of the file on which the row starts; the header is line 1. */
  readonly line: number;
  readonly reason: string;
  /** The line's text, as far as it can be shown. */
  readonly text: string;
}

/**
 * Access to an engine. The flow opens it (`openSession()`), tasks get it as an argument. Paths are relative
 * to the folder that the run was started in. Every method rejects with a {@link TableError} that says what
 * happened, where (file and line, or SQL) and what to do.
 */
export interface Session extends AsyncDisposable {
  readonly engine: "duckdb" | "spark";
  /** A view over a CSV file with a header (UTF-8, with or without BOM, LF or CRLF). The header is checked now, rows when they are read. */
  readCsv(paths: InputPaths, options: CsvOptions): Promise<Table>;
  /**
   * The rows of JSON files, which are read now.
   * @throws {TableError} with file and line for what is no JSON, or no value of its column.
   */
  readJson(paths: InputPaths, options?: JsonOptions): Promise<Table>;
  /** The rows of a sheet of Excel workbooks (.xlsx), which are read now. */
  readExcel(paths: InputPaths, options?: ExcelOptions): Promise<Table>;
  /** Rows of a table made by `readCsv` or `readJson` with `onBadRow: "reject"` that were left out, in file order. Reads the file. */
  rejects(table: Table): Promise<RejectedRow[]>;
  /**
   * A view over a Parquet file or a folder of them; of several, or a folder whose folders are named `key=value`, which
   * become columns, their rows.
   */
  readParquet(paths: InputPaths, options?: FileNameOption): Promise<Table>;
  /**
   * A view over a table of the server's catalogs, by its name: `catalog.schema.name`, with parts in backticks where they
   * need it. It is read as it is whenever it is read, and handed on without being written. DuckDB has no catalogs: an
   * error there.
   */
  catalogTable(name: string): Promise<Table>;
  /** A query. Tables stand in FROM; values are bound, never text. Checked (names, types) now, run when read. */
  sql(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): Promise<Table>;
  /**
   * The rows of all tables, of thousands too. Columns go by their names, and are those of the first table; types that
   * differ are widened without loss.
   * @throws {TableError} that names the table and the column where they don't go together.
   */
  union(tables: Iterable<Table>): Promise<Table>;
  /** A table of the given rows. Columns say name, type and order; a missing property is null. A timestamp may be a bigint of microseconds since 1970, too. */
  fromRows(columns: readonly Column[], rows: readonly Row[]): Promise<Table>;
  /**
   * Adds the stages' output columns, one after the other, as Spark ML's `Pipeline` does. All rows keep their
   * order. Runs now.
   */
  transform(table: Table, stages: readonly Transformer[], options?: TransformOptions): Promise<Table>;
  /**
   * Pairs of rows whose feature sets lie within a Jaccard distance: columns `<left id>`, `<right id>`,
   * `jaccardDist` (double; `cosineDist`, `containmentDist` by another measure), by left row, then right row (on Spark in any order). The ids' columns need different
   * names. Runs now.
   */
  similarityJoin(left: Table, right: Table, options: SimilarityJoinOptions): Promise<Table>;
  /** The table that a handle of this engine stands for. Its file is looked at when it is read. */
  table(handle: TableHandle): Table;
  /**
   * The same for handles whose tables have the same columns and content, wherever their files are. What is known of the
   * files is asked first, where reading them costs.
   */
  digest(handle: TableHandle, known?: KnownContent): Promise<string>;
  /** Ends what runs and frees what it holds. `await using` does it. */
  close(): Promise<void>;
}

/** A session as the one who opens it sees it. */
export interface EngineSession extends Session {
  /** Looks whether the engine is there, before a flow's body goes on. @throws {TableError} if it isn't. */
  connect(): Promise<void>;
  /**
   * Whether any of the texts is in a stored table, in any column at any depth. All of it is looked through, a part at a
   * time, by this machine: a server is told no secrets. What only a server reaches is looked through as far as
   * {@link mostLookedThrough}.
   */
  holds(handle: TableHandle, texts: readonly string[]): Promise<boolean>;
}

/** Rows of a table in a server's storage that are fetched to be looked through. */
export const mostLookedThrough = 10_000;

/** What is known of the content of tables without reading them. */
export interface KnownContent {
  /** A digest of what was written to the table's files; of a folder's files whatever their names. */
  readonly written?: string | undefined;
  /** The digest that was kept under a name. */
  find(name: string): Promise<string | undefined>;
  keep(name: string, digest: string): Promise<void>;
  /** Says in the run's log what has to be read. */
  tell(message: string): void;
}

export interface TransformOptions {
  /** The stages' output columns that are wanted; default all. The others cost nothing. */
  readonly keep?: readonly string[];
}
