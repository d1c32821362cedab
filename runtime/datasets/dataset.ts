import { currentContext } from "../authoring/context.ts";
import { log } from "../authoring/log.ts";
import { baseOf } from "../disk/base-folder.ts";
import { noteOutsideWriter } from "../disk/outside-writers.ts";
import { parseColumnType } from "../tables/column-types.ts";
import { type Lakes, lakesOf } from "../tables/duckdb/lakes.ts";
import { queryShape } from "../tables/duckdb/query-shape.ts";
import type { ColumnType, Session, Table } from "../tables/session.ts";
import { TableError } from "../tables/table-error.ts";
import { commit } from "./commit.ts";
import { lakeError } from "./lake-error.ts";
import { attachSql, isThere, type LakePlace, lakePlace, tableIn } from "./lake-place.ts";
import type { Operation } from "./operations.ts";
import { baseOfRun, viewOf, viewSql, viewText } from "./run-view.ts";
import { headOf, readVersions, type Version } from "./versions.ts";

export interface DatasetOptions {
  /** Columns whose values tell a row from all others: what `merge` and `scd2` go by. Default: it has none. */
  readonly key?: readonly string[];
  /** Columns, with their types, that it is read with as long as nothing has been written; default: reading it is an error then. */
  readonly columns?: { readonly [name: string]: ColumnType };
}

export interface PartitionOptions {
  /** The column that names each row's input. Default: `fileName`, where the table has one. */
  readonly inputs?: string;
  /** Replaces partitions also by rows of fewer inputs than made them. Default false. */
  readonly narrow?: boolean;
}

export interface Scd2Options {
  /** Since when the rows hold: a Date, or ISO 8601. */
  readonly at: Date | string;
  /** Whether rows whose key the table doesn't have any more hold no longer. Default false. */
  readonly hardDeletes?: boolean;
}

/**
 * What a pipeline keeps from run to run, by name, in versions. Each writing is one commit, which is done once: a try
 * again, or a resume, of the task run that made it changes nothing. Returns the version that has the rows.
 * All reject with a {@link TableError} that names the dataset.
 */
export interface Dataset {
  readonly name: string;
  /**
   * Its rows as they were when this run first read or wrote it, with what the run itself has committed since: others'
   * commits are read by the next run.
   */
  read(session: Session): Promise<Table>;
  /** Adds rows. */
  append(table: Table): Promise<number>;
  /** Has these rows from now on, and their columns. Refused where others have committed since this run read it. */
  replace(table: Table): Promise<number>;
  /**
   * Has these rows from now on in the partitions, by the values of some columns, that they are of. Refused where others
   * have committed since this run read it, and where a partition was made of inputs that the rows don't come from.
   */
  replacePartitions(table: Table, by: readonly string[], options?: PartitionOptions): Promise<number>;
  /** Adds rows whose key it doesn't have, and gives the others their new values. */
  merge(table: Table): Promise<number>;
  /**
   * Keeps what held when: rows that are new, or have other values than those that hold, hold from `at` on, and the ones
   * before them until then. Adds the columns `valid_from` and `valid_to`, which is null as long as the row holds.
   */
  scd2(table: Table, options: Scd2Options): Promise<number>;
}

/**
 * A dataset by its name, made when it is first written: a DuckLake in the folder `millrace-datasets/` beside
 * `.millrace/`.
 * @throws {TableError} for what can't be a name, and a key of nothing.
 */
export function dataset(name: string, { key, columns }: DatasetOptions = {}): Dataset {
  if (!/^[a-z][a-z0-9_-]{0,63}$/.test(name))
    throw new TableError(
      `dataset: ${JSON.stringify(name)} is no name of a dataset. Take up to 64 of a-z, 0-9, _ and -, a letter first.`,
    );
  if (key?.length === 0) throw new TableError(`The dataset ${name}: the key has no columns.`);
  const keyFor = (what: string) => {
    if (key !== undefined) return key;
    throw new TableError(
      `The dataset ${name}: ${what} goes by a key. Say it: dataset(${JSON.stringify(name)}, { key: ["id"] }).`,
    );
  };
  return {
    name,
    read: (session) => read(session, name, columns),
    append: async (table) => write(table, name, { kind: "append" }),
    replace: async (table) => write(table, name, { kind: "replace" }),
    replacePartitions: async (table, by, options = {}) =>
      write(table, name, partitionsOf(name, table, by, options)),
    merge: async (table) => write(table, name, { kind: "merge", key: keyFor("merge") }),
    scd2: async (table, { at, hardDeletes = false }) =>
      write(table, name, { kind: "scd2", key: keyFor("scd2"), at: instant(name, at), hardDeletes }),
  };
}

function partitionsOf(
  name: string,
  table: Table,
  by: readonly string[],
  { inputs, narrow = false }: PartitionOptions,
): Operation {
  if (by.length === 0) throw new TableError(`The dataset ${name}: replacePartitions goes by no columns.`);
  const named = table.columns.some((column) => column.name === "fileName") ? "fileName" : undefined;
  return { kind: "replacePartitions", by, inputs: inputs ?? named, narrow };
}

function instant(name: string, at: Date | string): string {
  const text = typeof at === "string" && /^\d{4}-\d\d-\d\d$/.test(at) ? `${at}T00:00:00Z` : at;
  const date = new Date(text);
  if (!Number.isNaN(date.getTime()) && (typeof text !== "string" || /(Z|[+-]\d\d:\d\d)$/.test(text)))
    return date.toISOString();
  throw new TableError(
    `The dataset ${name}: at is ${JSON.stringify(at)}. Give a Date, a day such as "2026-01-31", or a time with its offset, "2026-01-31T06:00:00Z".`,
  );
}

/** What a try has committed to a dataset so far. */
interface Own {
  commits: number;
  last: number | undefined;
}

/** By the context of a try, or body, and the dataset's folder. */
const ownCommits = new WeakMap<object, Map<string, Own>>();

function ownOf(place: LakePlace): Own {
  const context = currentContext();
  if (context === undefined) return { commits: 0, last: undefined };
  const all = ownCommits.get(context) ?? new Map<string, Own>();
  ownCommits.set(context, all);
  const own = all.get(place.folder) ?? { commits: 0, last: undefined };
  all.set(place.folder, own);
  return own;
}

/** Whether the caller's flow is only previewed: its session stands in for one, and ends the preview when it is used. */
function isPreviewed(): boolean {
  const context = currentContext();
  return context?.kind === "flow" && context.author === undefined;
}

async function write(table: Table, name: string, operation: Operation): Promise<number> {
  if (isPreviewed()) return table.count();
  const { lakes, base, place } = placeFor(table.session, name);
  const context = currentContext();
  if (context?.kind === "task") context.reads?.noteUnknown(`the dataset ${name}`);
  const author = context?.author;
  const own = ownOf(place);
  const ordinal = own.commits++;
  let seen: number | undefined;
  if (author !== undefined && lakes.run !== undefined) {
    const { runFolder } = lakes.run;
    seen = await baseOfRun({ runFolder, dataset: name }, await versionsOf(lakes, place));
    await noteOutsideWriter(runFolder, author.taskRun);
  }
  const version = await commit({ lakes, base, place, operation, table, author, ordinal, seen });
  own.last = Math.max(version, own.last ?? 0);
  log.info(`The dataset ${name}: version ${version} has the rows (${operation.kind}).`);
  return version;
}

async function read(session: Session, name: string, declared: DatasetOptions["columns"]): Promise<Table> {
  if (isPreviewed()) return session.fromRows([], []);
  const { lakes, place } = placeFor(session, name);
  const context = currentContext();
  if (context?.kind === "task") context.reads?.noteUnknown(`the dataset ${name}`);
  const author = context?.author;
  const versions = await versionsOf(lakes, place);
  const view =
    author === undefined || lakes.run === undefined
      ? { base: headOf(versions), own: [] }
      : await viewOf({
          runFolder: lakes.run.runFolder,
          dataset: name,
          author,
          inTask: context?.kind === "task",
          lastOwn: ownOf(place).last,
          versions,
        });
  const last = view.own.at(-1) ?? view.base;
  if (last === 0) {
    if (declared === undefined)
      throw new TableError(
        `The dataset ${name}: nothing was written to it before this run. Write it first, or say what it is read with until then: dataset(${JSON.stringify(name)}, { columns: { id: "long" } }).`,
      );
    const columns = Object.entries(declared).map(([column, type]) => ({ name: column, type }));
    for (const { type } of columns) parseColumnType(type);
    return session.fromRows(columns, []);
  }
  const { columns } = await lakes.engine.use((connection, api) =>
    queryShape(connection, api, `SELECT * FROM ${tableIn(place)} AT (VERSION => ${last})`),
  );
  const names = columns.map((column) => column.name);
  const sql = viewSql(place, view, versions, names);
  log.info(`The dataset ${name}: ${viewText(view)} is read.`);
  if (sql === undefined) throw new Error("A version has no rows to read.");
  return lakes.table(sql, `The dataset ${name}`);
}

/** Its versions, in the session's engine, which has it attached then; none where there is nothing yet. */
async function versionsOf(lakes: Lakes, place: LakePlace): Promise<readonly Version[]> {
  if (!isThere(place)) return [];
  await lakes.engine.need("ducklake");
  try {
    return await lakes.engine.use(async (connection) => {
      await connection.run(attachSql(place));
      return readVersions(connection, place);
    });
  } catch (error) {
    lakes.engine.signal?.throwIfAborted();
    throw lakeError(error, place);
  }
}

function placeFor(
  session: Session,
  name: string,
): { readonly lakes: Lakes; readonly base: string; readonly place: LakePlace } {
  const lakes = lakesOf(session);
  if (lakes === undefined)
    throw new TableError(
      `The dataset ${name}: datasets are kept by DuckDB so far. On Spark they need tables of a catalog, such as Iceberg's, with MERGE INTO, which isn't written yet. Run the flow with --session duckdb, or write with table.writeParquet.`,
    );
  const base = lakes.run === undefined ? lakes.folder : baseOf(lakes.run.runFolder);
  return { lakes, base, place: lakePlace(base, name) };
}
