import { inspect } from "node:util";
import { toJson } from "../authoring/artifact-json.ts";
import { UsageError } from "../errors/user-error.ts";
import type { JsonValue } from "../events/artifacts.ts";
import type { TaskRunView } from "../events/run-view.ts";
import type { StoredRun } from "../store/read-run.ts";
import { openDuckDb } from "../tables/duckdb/open-duckdb.ts";
import type { Session, TableHandle } from "../tables/session.ts";
import { isUrl } from "../tables/session-url.ts";
import { preview } from "../worker/preview.ts";
import { fromStoredHandle, loadResult } from "../worker/result-file.ts";

/** A task run's result for people: as text, and samples of the tables in it. */
export interface ResultContent {
  readonly text: string;
  readonly tables: readonly {
    /** Where in the result: `` for the result itself. */
    readonly path: string;
    readonly columns: readonly { readonly name: string; readonly type: string }[];
    /** The first rows, in the columns' order. */
    readonly rows: readonly (readonly JsonValue[])[];
    readonly total: number;
    /** Where its rows are, if that is a storage which only its session reads. */
    readonly elsewhere?: string;
  }[];
}

/** The longest text of a value that is shown, in characters. */
const longestText = 20_000;

/**
 * Reads what a task run returned.
 * @throws {UsageError} for one that has no result.
 */
export async function readResultContent(
  run: StoredRun,
  { id, result, state }: TaskRunView,
  rows: number,
): Promise<ResultContent> {
  if (result === undefined) throw new UsageError(`'${id}' has no result: it is ${state.name}.`);
  await using session: Session = openDuckDb({ folder: run.info.folder });
  const value = loadResult(result, run.path, {
    resource: (id) => ({ resource: id }),
    table: (_session, handle) => session.table(handle as TableHandle), // a session's own, written by storeResult
  });
  const tables = [];
  for (const { path, columns, handle } of result.tables ?? []) {
    if (isUrl(handle.path)) {
      tables.push({ path, columns, rows: [], total: 0, elsewhere: handle.path });
      continue;
    }
    const table = session.table(fromStoredHandle(handle, run.path) as TableHandle); // likewise
    const sample = await table.rows(rows);
    tables.push({
      path,
      columns,
      rows: sample.map((row) => columns.map((column) => toJson(row[column.name]))),
      total: sample.length < rows ? sample.length : await table.count(),
    });
  }
  return { text: textOf(value), tables };
}

function textOf(value: unknown): string {
  if (tableLike(value)) return preview(value);
  const text = typeof value === "string" ? value : inspect(value, { depth: 4, maxArrayLength: 200 });
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}

function tableLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "columns" in value && "handle" in value;
}
