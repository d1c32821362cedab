import type { Session, Table } from "../session.ts";
import type { RunFolders } from "../source.ts";
import type { Engine } from "./engine.ts";

/** What a session of DuckDB gives to those who keep tables in DuckLake. */
export interface Lakes {
  /** What relative paths are relative to. */
  readonly folder: string;
  /** The run that the session is of, if it is of one. */
  readonly run: RunFolders | undefined;
  readonly engine: Engine;
  /** Writes a table's rows as a file of Parquet. */
  write(table: Table, file: string): Promise<void>;
  /** The rows of a query of the session's engine over what is attached there, which has to give the same each time. */
  table(sql: string, shown: string): Promise<Table>;
}

const all = new WeakMap<Session, Lakes>();

export function giveLakes(session: Session, lakes: Lakes): void {
  all.set(session, lakes);
}

/** Undefined for the sessions of other engines. */
export function lakesOf(session: Session): Lakes | undefined {
  return all.get(session);
}
