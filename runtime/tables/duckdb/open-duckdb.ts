import type { EngineSession } from "../session.ts";
import type { RunFolders } from "../source.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import type { EngineOptions } from "./engine.ts";

export interface OpenDuckDbOptions extends EngineOptions {
  /** The run that it is opened in, if it is. */
  readonly run?: RunFolders;
}

/**
 * Opens a session of the embedded engine: an instance of DuckDB in this process's memory, of its own for each
 * session. Nothing is loaded before the session is first used. Aborting the caller's signal interrupts what it
 * has running; a call with an aborted signal rejects with its reason.
 */
export function openDuckDb(options: OpenDuckDbOptions): EngineSession {
  return new DuckDbSession(options);
}
