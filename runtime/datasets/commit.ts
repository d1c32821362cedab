import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type * as DuckDb from "@duckdb/node-api";
import { log } from "../authoring/log.ts";
import { freshPath } from "../disk/fresh-path.ts";
import { syncFile, syncFolder } from "../disk/sync.ts";
import { castColumns } from "../tables/duckdb/cast-columns.ts";
import { engineProblem } from "../tables/duckdb/engine-error.ts";
import type { Lakes } from "../tables/duckdb/lakes.ts";
import type { Api } from "../tables/duckdb/load-duckdb.ts";
import { queryShape } from "../tables/duckdb/query-shape.ts";
import { literal, pathLiteral, quoted } from "../tables/duckdb/quoting.ts";
import type { Column, Table } from "../tables/session.ts";
import { columnsShape } from "../tables/shape.ts";
import { TableError } from "../tables/table-error.ts";
import { checkColumns, checkInputs, checkKey, checkNames, checkOrder } from "./check-rows.ts";
import { withCommitLock } from "./commit-lock.ts";
import { confirm, confirmedVersions } from "./confirmed.ts";
import { type Commit, decideCommit } from "./decide-commit.ts";
import { lakeError } from "./lake-error.ts";
import { attachSql, type LakePlace, makeLakeFolder, tableIn } from "./lake-place.ts";
import {
  firstRows,
  type Operation,
  type OperationInput,
  operationSql,
  validFrom,
  validTo,
} from "./operations.ts";
import { type CommitInfo, headOf, readVersions } from "./versions.ts";

/** So often a commit is tried where others commit at the same moment. */
const tries = 50;

export interface CommitRequest
  extends Omit<Commit, "dataset" | "operation" | "digest" | "replaces" | "confirmed"> {
  readonly lakes: Lakes;
  /** The folder that has all datasets. */
  readonly base: string;
  readonly place: LakePlace;
  readonly operation: Operation;
  readonly table: Table;
}

/**
 * Commits rows to a dataset, once, whatever is killed, tried again or resumed. The rows are computed before, so that
 * others wait as shortly as can be.
 * @returns the version that has them.
 * @throws {TableError} where they don't fit, and where a commit would lose what others committed.
 */
export async function commit(request: CommitRequest): Promise<number> {
  const { lakes, base, place, operation, table } = request;
  checkNames(place.name, operation, table.columns);
  const engine = lakes.engine;
  const file = freshPath(join(engine.tempFolder, "rows"));
  try {
    await lakes.write(table, file);
    const rows = rowsSql(file, table.columns);
    const digest = await engine.use((connection) => digestOf(connection, rows, operation, table.columns));
    if (operation.kind === "merge" || operation.kind === "scd2")
      await engine.use((connection) => checkKey(connection, place.name, operation.key, rows));
    await makeLakeFolder(base, place);
    for (let left = tries; ; left--) {
      try {
        return await withCommitLock(place.folder, engine.signal, () => once(request, rows, digest));
      } catch (error) {
        engine.signal?.throwIfAborted();
        if (error instanceof TableError) throw error;
        const isBusy = /database is locked|maximum retry count|conflict/i.test(engineProblem(error).message);
        if (!isBusy || left === 0) throw lakeError(error, place);
        await sleep(20 + Math.random() * 200);
      }
    }
  } finally {
    await rm(file, { force: true });
  }
}

let attached = 0;

/**
 * Under a name of its own, which is given up: where two commit at the same moment the catalog stays locked for as long
 * as they have it attached.
 */
async function once(request: CommitRequest, rows: string, digest: string): Promise<number> {
  const { engine } = request.lakes;
  await engine.need("ducklake");
  const place = { ...request.place, alias: `_millrace_commit_${request.place.name}_${++attached}` };
  return engine.use(async (connection, api) => {
    // A commit is made on what it was decided by: no other may come in between.
    await connection.run("SET ducklake_max_retry_count = 0");
    await connection.run(attachSql(place));
    try {
      return await transaction(connection, api, { ...request, place }, { rows, digest });
    } finally {
      await connection.run("ROLLBACK").catch(() => {}); // there is none where it has ended
      await connection.run(`DETACH ${quoted(place.alias)}`).catch(() => {}); // the engine was closed: what failed is told
    }
  });
}

async function transaction(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  { lakes, place, operation, table, author, ordinal, seen }: CommitRequest,
  { rows, digest }: { readonly rows: string; readonly digest: string },
): Promise<number> {
  const before = await filesIn(place);
  await connection.run("BEGIN");
  const versions = await readVersions(connection, place);
  const replaces = operation.kind === "replace" || operation.kind === "replacePartitions";
  const attempt =
    author === undefined || lakes.run === undefined
      ? undefined
      : { runFolder: lakes.run.runFolder, dataset: place.name, runAttempt: author.runAttempt };
  const confirmed = attempt === undefined ? new Set<number>() : await confirmedVersions(attempt);
  const dataset = place.name;
  const decision = decideCommit(
    { dataset, operation: operation.kind, digest, replaces, author, ordinal, seen, confirmed },
    versions,
  );
  if (decision.kind === "made" || decision.kind === "stands") {
    if (attempt !== undefined) await confirm(attempt, decision.version);
    if (decision.kind === "stands")
      log.warn(
        `The dataset ${place.name}: version ${decision.version} stands, which an earlier try of this task run committed with other rows: others have committed since.`,
      );
    return decision.version;
  }
  const target = tableIn(place);
  if (decision.kind === "again") await takeBack(connection, api, place, decision.from - 1);
  const kept = await columnsOf(connection, api, place);
  const input: OperationInput = { table: target, rows, columns: table.columns.map(({ name }) => name) };
  const added = operation.kind === "scd2" ? scd2Columns : [];
  const columns = [...table.columns, ...added];
  const isOther =
    operation.kind === "replace" && kept !== undefined && shapeText(kept) !== shapeText(columns);
  if (kept === undefined || isOther) {
    if (isOther) await connection.run(`DROP TABLE ${target}`);
    await connection.run(`CREATE TABLE ${target} AS ${firstRows(operation, input)}`);
  } else {
    checkColumns(place.name, columns, kept);
    if (operation.kind === "replacePartitions") await checkInputs(connection, place.name, operation, input);
    if (operation.kind === "scd2") await checkOrder(connection, place.name, operation, input);
    for (const statement of operationSql(operation, input)) await connection.run(statement);
  }
  const count = await connection.runAndReadAll(`SELECT count(*) FROM ${target}`);
  const info: CommitInfo = {
    operation: operation.kind,
    digest,
    rows: Number(count.getRows()[0]?.[0]),
    ...(author === undefined
      ? {}
      : {
          run: author.run,
          runAttempt: author.runAttempt,
          taskRun: author.taskRun,
          ordinal,
          ...(author.inputs === undefined ? {} : { inputs: author.inputs }),
        }),
    ...(decision.kind === "again" ? { undoes: decision.from } : {}),
  };
  const who = author === undefined ? "" : `${author.run} ${author.taskRun}`;
  const text = JSON.stringify(info);
  await connection.run(
    `CALL ${quoted(place.alias)}.set_commit_message(${literal(who)}, ${literal(operation.kind)}, extra_info => ${literal(text)})`,
  );
  await syncNew(place, before);
  await connection.run("COMMIT");
  const head = headOf(versions);
  const made = (await readVersions(connection, place)).find(({ version }) => version === head + 1);
  // Where nothing has changed there is no new version, or another's.
  return JSON.stringify(made?.info) === text ? head + 1 : head;
}

const scd2Columns: readonly Column[] = [
  { name: validFrom, type: "timestamp" },
  { name: validTo, type: "timestamp" },
];

/** Lets the dataset have the rows of a version again; of version 0 it has none, nor columns. */
async function takeBack(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  place: LakePlace,
  version: number,
): Promise<void> {
  const target = tableIn(place);
  const old = `SELECT * FROM ${target} AT (VERSION => ${version})`;
  const was = await queryShape(connection, api, old).catch(() => undefined); // there was no table then
  if (was === undefined) {
    await connection.run(`DROP TABLE ${target}`);
    return;
  }
  const kept = await columnsOf(connection, api, place);
  const isSame = kept !== undefined && shapeText(kept) === shapeText(was.columns);
  await connection.run(`CREATE OR REPLACE TEMP TABLE _millrace_before AS ${old}`);
  if (isSame) await connection.run(`DELETE FROM ${target}`);
  else await connection.run(`DROP TABLE ${target}`);
  await connection.run(
    isSame
      ? `INSERT INTO ${target} SELECT * FROM _millrace_before`
      : `CREATE TABLE ${target} AS SELECT * FROM _millrace_before`,
  );
}

/** Undefined where there is no table. */
async function columnsOf(
  connection: DuckDb.DuckDBConnection,
  api: Api,
  place: LakePlace,
): Promise<readonly Column[] | undefined> {
  const found = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_tables() WHERE database_name = ${literal(place.alias)} AND table_name = ${literal(place.name)}`,
  );
  if (found.currentRowCount === 0) return undefined;
  const { columns } = await queryShape(connection, api, `SELECT * FROM ${tableIn(place)}`);
  return columns;
}

function shapeText(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `${name}: ${type}`).join(", ");
}

function rowsSql(file: string, columns: readonly Column[]): string {
  return `SELECT ${castColumns(columnsShape(columns))} FROM read_parquet(${pathLiteral(file)}, hive_partitioning = false)`;
}

/** The same for an operation with the same rows, in whatever order. */
async function digestOf(
  connection: DuckDb.DuckDBConnection,
  rows: string,
  operation: Operation,
  columns: readonly Column[],
): Promise<string> {
  const names = columns.map(({ name }) => quoted(name)).join(", ");
  const found = await connection.runAndReadAll(
    `SELECT CAST(count(*) AS VARCHAR), CAST(bit_xor(h) AS VARCHAR), CAST(sum(CAST(h AS HUGEINT)) AS VARCHAR) FROM (SELECT hash(${names}) AS h FROM (${rows}))`,
  );
  const what = JSON.stringify([operation, columns, found.getRows()]);
  return createHash("sha256").update(what).digest("hex").slice(0, 32);
}

async function filesIn(place: LakePlace): Promise<ReadonlySet<string>> {
  const folder = join(place.folder, "data");
  if (!existsSync(folder)) return new Set();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return new Set(entries.map((entry) => resolve(entry.parentPath, entry.name)));
}

/** What the catalog is about to name is on the disk before it is. */
async function syncNew(place: LakePlace, before: ReadonlySet<string>): Promise<void> {
  const folders = new Set<string>();
  for (const path of await filesIn(place)) {
    if (before.has(path)) continue;
    folders.add(resolve(path, ".."));
    if (/\.\w+$/.test(path)) await syncFile(path);
    else await syncFolder(path);
  }
  for (const folder of folders) await syncFolder(folder);
}
