import { setImmediate, setTimeout } from "node:timers/promises";
import type * as DuckDb from "@duckdb/node-api";
import type { Api } from "./load-duckdb.ts";

/**
 * Runs a statement in many small steps of this thread, beside the engine's own threads. As a single call it
 * would hold up `Worker.terminate()` until it ends, since a Node thread waits for native work under way.
 */
export function runQuery(api: Api, prepared: DuckDb.DuckDBPreparedStatement): Promise<DuckDb.DuckDBResult> {
  return ready(api, prepared.start());
}

/** The same, but its rows are computed while they are fetched. */
export function streamQuery(
  api: Api,
  prepared: DuckDb.DuckDBPreparedStatement,
): Promise<DuckDb.DuckDBResult> {
  return ready(api, prepared.startStream());
}

async function ready(api: Api, pending: DuckDb.DuckDBPendingResult): Promise<DuckDb.DuckDBResult> {
  const { RESULT_READY, NO_TASKS_AVAILABLE } = api.DuckDBPendingResultState;
  for (;;) {
    const state = pending.runTask();
    if (state === RESULT_READY) return pending.getResult();
    if (state === NO_TASKS_AVAILABLE) await setTimeout(1);
    else await setImmediate();
  }
}
