import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type * as DuckDb from "@duckdb/node-api";
import { freshPath } from "../../disk/fresh-path.ts";
import { makeFolder } from "../../disk/make-folder.ts";
import type { WriteRequest } from "../files/write-options.ts";
import type { BatchOptions, Row } from "../session.ts";
import { checkUnchanged, ownFile, wereStill } from "../source.ts";
import { TableError } from "../table-error.ts";
import { copyOptions, writtenSql } from "./copy-options.ts";
import type { CsvView } from "./csv-view.ts";
import type { Engine } from "./engine.ts";
import { engineProblem, tableError } from "./engine-error.ts";
import type { Api } from "./load-duckdb.ts";
import { type PlanNode, render } from "./plan.ts";
import { literal, quoted } from "./quoting.ts";
import { appendRows } from "./read-values.ts";
import { runQuery, streamQuery } from "./run-query.ts";
import { bind } from "./sql-template.ts";

/** Runs the queries of plans, and finds the line of a CSV file that one of them failed on. */
export class QueryRunner {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async rows(node: PlanNode, limit: number | undefined): Promise<Row[]> {
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
      throw new TableError(`rows: the limit is ${limit}. It has to be a whole number, 0 or more.`);
    const rows: Row[] = [];
    await this.chunks(
      node,
      "Reading rows",
      (query) => (limit === undefined ? query : `${query} LIMIT ${limit}`),
      (chunk) => appendRows(rows, chunk, node.columns, node.types),
      () => rows.splice(0),
    );
    return rows;
  }

  /** A table's rows, a chunk at a time. Those of CSV go through a file: where one is bad, the query runs again. */
  async *batches(node: PlanNode, options: BatchOptions = {}): AsyncGenerator<Row[]> {
    const { sql, values, views, reads } = await render(node);
    if (views.length > 0) {
      const path = join(this.#engine.tempFolder, `millrace-${randomUUID()}.parquet`);
      try {
        await this.writeFile(node, path);
        yield* this.batches({ ...node, plan: { kind: "parquet", source: ownFile(path) } }, options);
      } finally {
        await rm(path, { force: true });
      }
      return;
    }
    const { signal } = this.#engine;
    const { connection, api, giveBack } = await this.#engine.lend();
    let failed = false;
    try {
      const prepared = await connection.prepare(sql);
      bind(api, prepared, values);
      const result = await streamQuery(api, prepared);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        const rows: Row[] = [];
        appendRows(rows, chunk, node.columns, node.types, options);
        yield rows;
      }
    } catch (error) {
      failed = true;
      signal?.throwIfAborted();
      await checkUnchanged(reads);
      throw tableError(error, "Reading rows");
    } finally {
      giveBack();
      // Rows are out already: where a file was replaced meanwhile, whoever has them must not go on, nor who stops early.
      if (!failed) await checkUnchanged(reads);
    }
  }

  async count(node: PlanNode): Promise<number> {
    let count = 0;
    await this.chunks(
      node,
      "Counting rows",
      (query) => `SELECT count(*) FROM (${query})`,
      (chunk) => {
        count = Number(chunk.getColumnVector(0).getItem(0));
      },
    );
    return count;
  }

  /**
   * Gives a query's chunks one after the other.
   * @param restart undoes what `take` did, before the query runs again.
   */
  async chunks(
    node: PlanNode,
    what: string,
    query: (sql: string) => string,
    take: (chunk: DuckDb.DuckDBDataChunk, api: Api) => void,
    restart: () => void = () => {},
  ): Promise<void> {
    await this.#run(node, what, query, async (prepared, api) => {
      restart();
      const result = await runQuery(api, prepared);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        take(chunk, api);
      }
    });
  }

  /** Writes a table's rows to a file that is there as a whole or not at all. */
  async writeFile(node: PlanNode, file: string): Promise<void> {
    const fresh = freshPath(file);
    try {
      await makeFolder(dirname(file));
      await this.copyTo(node, fresh, file, { format: "parquet", options: {} });
      await rename(fresh, file);
    } catch (error) {
      await rm(fresh, { force: true });
      this.#engine.signal?.throwIfAborted();
      throw tableError(error, `Writing ${file}`);
    }
  }

  /** Puts a table's rows into a table in memory. */
  async store(node: PlanNode, name: string): Promise<void> {
    await this.#run(
      node,
      "Computing rows",
      (query) => `CREATE OR REPLACE TABLE ${quoted(name)} AS ${query}`,
      async (prepared, api) => {
        await runQuery(api, prepared);
      },
    );
  }

  /** Writes a table's rows to a file, or a folder, of a format. */
  async copyTo(node: PlanNode, file: string, shown: string, request: WriteRequest): Promise<void> {
    await this.#run(
      node,
      `Writing ${shown}`,
      (query) =>
        `COPY (${writtenSql(request, query, node, shown)}) TO ${literal(file)} (${copyOptions(request)})`,
      async (prepared, api) => {
        await runQuery(api, prepared);
      },
    );
  }

  async #run(
    node: PlanNode,
    what: string,
    query: (sql: string) => string,
    work: (prepared: DuckDb.DuckDBPreparedStatement, api: Api) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const { sql, values, views, areRight, reads } = await render(node);
      const isRight = Promise.all(areRight).then((all) => all.every(Boolean));
      isRight.catch(() => {}); // told below, unless something else is
      try {
        await this.#engine.use(async (connection, api) => {
          let isRunning = true;
          isRight.then(
            (right) => void (isRunning && !right && connection.interrupt()), // what it gives is of no use
            () => {},
          );
          try {
            const prepared = await connection.prepare(query(sql));
            bind(api, prepared, values);
            await work(prepared, api);
          } finally {
            isRunning = false;
          }
        });
        // Files were opened while it ran: where one was replaced meanwhile, what it was is read, or that is an error.
        if ((await wereStill(reads)) && (await isRight)) return;
      } catch (error) {
        this.#engine.signal?.throwIfAborted();
        if (!(await wereStill(reads)) || !(await isRight)) continue;
        if (!(await mayRunAgain(error, views))) throw tableError(error, what);
      }
    }
  }
}

/**
 * Looks for the bad row that the engine has failed on.
 * @returns whether the engine reads in another way now: by our own rules, since it failed by its own; or a copy, since it
 *   failed on a file that is good.
 * @throws {TableError} that names the row.
 */
async function mayRunAgain(error: unknown, views: readonly CsvView[]): Promise<boolean> {
  const { message } = engineProblem(error);
  const isValue = /^".*" should be .* but is /s.test(message);
  if (!isValue && !/CSV|unicode|utf-?8|No files found/i.test(message)) return false;
  // What our rules don't take they don't take in another run.
  let byRules = false;
  if (!isValue) for (const view of views) byRules = (await view.readByRules()) || byRules;
  if (byRules) return true;
  for (const view of views) {
    const problem = await view.firstProblem();
    if (problem !== undefined) throw problem;
  }
  if (isValue) return false;
  let again = false;
  for (const view of views) again = (await view.readCopy()) || again;
  return again;
}
