import { resolve } from "node:path";
import { inspect } from "node:util";
import { toJson } from "../authoring/as-json.ts";
import { preview } from "../crossing/preview.ts";
import { fromStoredHandle, loadResult } from "../crossing/result-file.ts";
import { baseOf } from "../disk/base-folder.ts";
import { checkRegular } from "../disk/check-regular.ts";
import { isBelow } from "../disk/is-below.ts";
import { UsageError, UserError } from "../errors/user-error.ts";
import type { JsonValue } from "../events/artifacts.ts";
import type { ResultContent, ResultTable } from "../events/result-content.ts";
import type { ResultRef } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import type { StoredRun } from "../store/read-run.ts";
import type { PlanHandle, Session, TableHandle } from "../tables/session.ts";
import { isUrl } from "../tables/session-url.ts";
import { shownTable } from "../tables/shown-table.ts";
import { openResultSession } from "./result-session.ts";

/** The largest stored value that is read to be shown, in bytes. */
const largestShown = 64 << 20;
/** The longest text of a value that is shown, in characters. */
const longestText = 20_000;

/** What has a result, or none. */
export interface ResultOwner {
  readonly id: string;
  readonly result: ResultRef | undefined;
  readonly state: State;
}

/**
 * Reads what a task run, or a flow's body, returned.
 * @param options how many rows of tables, and whether those of tables that lie outside of the folder that the run is
 *   in are read: files that the flow has read, or that a run's folder, which may come from anywhere, says it has.
 * @throws {UsageError} for one that has no result, {UserError} for one that can't be read.
 */
export async function readResultContent(
  run: StoredRun,
  { id, result, state }: ResultOwner,
  { rows, outside }: { readonly rows: number; readonly outside: boolean },
): Promise<ResultContent> {
  if (result === undefined) throw new UsageError(`'${id}' has no result: it is ${state.name}.`);
  await using session = openResultSession(run);
  const value = readValue(run, result, session);
  const tables: ResultTable[] = [];
  for (const { path: place, columns, handle } of result.tables ?? []) {
    if (handle.kind === "plan") {
      tables.push({
        path: place,
        columns,
        rows: [],
        total: 0,
        elsewhere: "a plan of the run's Spark session",
      });
      continue;
    }
    if (isUrl(handle.path)) {
      tables.push({ path: place, columns, rows: [], total: 0, elsewhere: handle.path });
      continue;
    }
    const here = fromStoredHandle(handle, run.path);
    const path = resolve(run.info.folder, here.path);
    if (!outside && !isBelow(path, baseOf(run.path))) {
      tables.push({ path: place, columns, rows: [], total: 0, elsewhere: path, outside: true });
      continue;
    }
    await checkRegular(path);
    const table = session.table(here as TableHandle); // likewise
    const sample = await table.rows(rows);
    tables.push({
      path: place,
      columns,
      rows: sample.map((row) => columns.map((column) => toJson(row[column.name]))),
      total: sample.length < rows ? sample.length : await table.count(),
    });
  }
  const plain = plainValue(value);
  return { text: textOf(value), ...(plain === undefined ? {} : { value: plain }), tables };
}

/** A server's plan that was handed on: only the server could read it. */
class UnwrittenTable {
  readonly session = {};
  readonly columns: PlanHandle["columns"];
  readonly handle: () => Promise<PlanHandle>;

  constructor(stored: PlanHandle) {
    this.columns = stored.columns;
    this.handle = async () => stored;
  }

  [inspect.custom](): string {
    return shownTable(this.columns);
  }
}

function readValue(run: StoredRun, result: ResultRef, session: Session): unknown {
  try {
    return loadResult(
      result,
      run.path,
      {
        resource: (id) => ({ resource: id }),
        table: (_session, handle) => {
          const stored = handle as TableHandle; // a session's own, written by storeResult
          return stored?.kind === "plan" ? new UnwrittenTable(stored) : session.table(stored);
        },
      },
      largestShown,
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    // What the session says of a handle that no session has made.
    throw new UserError(`The result can't be read: ${(error as Error).message}`); // they throw errors only
  }
}

function textOf(value: unknown): string {
  if (tableLike(value)) return preview(value);
  const text =
    typeof value === "string"
      ? value
      : inspect(value, { depth: 4, maxArrayLength: 200, maxStringLength: longestText });
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}

/** How many values in a value are told as JSON, and how deep they may lie. */
const mostPlain = 100_000;
const deepestPlain = 100;

/** @returns undefined for what is in itself, or too large or too deep to be told whole. */
function plainValue(value: unknown): JsonValue | undefined {
  let left = mostPlain;
  const visit = (value: unknown, above: readonly unknown[]): JsonValue => {
    if (--left < 0 || above.length > deepestPlain || above.includes(value)) throw new NotPlainError();
    if (tableLike(value)) return preview(value);
    if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array)
      return toJson(value);
    const within = [...above, value];
    const plain = (item: unknown) => visit(item, within);
    if (Array.isArray(value)) {
      // One with holes may be long beyond all memory.
      if (value.length > left) throw new NotPlainError();
      return Array.from(value, plain);
    }
    if (value instanceof Set) return [...value].map(plain);
    if (value instanceof Map) return [...value].map(([key, item]) => [plain(key), plain(item)]);
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
  };
  try {
    return visit(value, []);
  } catch (error) {
    if (error instanceof NotPlainError) return undefined;
    throw error;
  }
}

class NotPlainError extends Error {}

function tableLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "columns" in value && "handle" in value;
}
