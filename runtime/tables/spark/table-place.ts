import type { WrittenFolders } from "../../disk/written-folders.ts";
import type { BatchOptions, Row } from "../session.ts";
import type { Shape } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import type { LocalCsv } from "./local-csv.ts";
import type { Relation } from "./plan-messages.ts";

/** A table's rows, to be written. */
export interface RowsToWrite extends Shape {
  /** All of them, where they are few and here already. */
  readonly fetched: readonly Row[] | undefined;
  /** Has the server write them to a folder, by a path or a URL of its own. */
  write(path: string, shown: string): Promise<void>;
  batches(options: BatchOptions): AsyncIterable<readonly Row[]>;
}

/**
 * Where a session's tables lie, and how the server comes by files of this machine: it sees them (`SharedFiles`), or
 * gets them, and keeps its tables in a folder of its own (`Storage`).
 */
export interface TablePlace {
  /** Looks whether it is so. @throws {TableError} if it isn't. */
  check(): Promise<void>;
  readCsv(csv: LocalCsv): Promise<Relation>;
  /**
   * @param path a file or folder of this machine.
   * @param schema in Spark's SQL; undefined for that of the files
   */
  readParquet(path: string, shown: string, schema: string | undefined): Promise<Relation>;
  /** Whether Spark has just these columns for files of this machine. */
  readsAlike(path: string, shape: Shape): Promise<boolean>;
  /** Replaces a folder of this machine by one with the rows. */
  writeFolder(file: ShownPath, written: WrittenFolders | undefined, rows: RowsToWrite): Promise<void>;
  /** Whether a path is one that `keep` gave, here or in an earlier run, and that nothing writes to again. */
  isKept(path: string): boolean;
  /**
   * Writes rows where they stay for as long as the run's folder.
   * @param file where the run's folder has them.
   * @returns where they are.
   */
  keep(file: ShownPath, rows: RowsToWrite): Promise<string>;
  /** Removes what goes with the session. */
  close(): Promise<void>;
}
