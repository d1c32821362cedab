import { isWholeInRows } from "../column-types.ts";
import { parquetFiles } from "../parquet-files.ts";
import type { BatchOptions, Row, Session } from "../session.ts";
import { isUrl } from "../session-url.ts";
import type { Shape } from "../shape.ts";
import { checkUnchanged, type Read, type Source, wereStill } from "../source.ts";
import { TableError } from "../table-error.ts";
import type { Connection } from "./connection.ts";
import { parquetRelation } from "./parquet-relation.ts";
import { type PlanFiles, type PlanNode, project, render, renderInOrder } from "./plan.ts";
import type { Command, Relation } from "./plan-messages.ts";
import { writePath } from "./server-path.ts";
import type { TablePlace } from "./table-place.ts";
import { uploadedRows } from "./uploaded-rows.ts";

/** So many rows of a result are kept here once they have been read. */
const mostFetched = 2_000;

/** Spark's limits are integers. */
const mostLimit = 2 ** 31 - 1;

const countShape: Shape = { columns: [{ name: "n", type: "long" }], types: [{ kind: "long" }] };

/** Has the server run the plans of tables, and fetches their rows. */
export class SparkRows {
  readonly #connection: Connection;
  readonly #place: TablePlace;
  readonly #embedded: Session;

  constructor(connection: Connection, place: TablePlace, embedded: Session) {
    this.#connection = connection;
    this.#place = place;
    this.#embedded = embedded;
  }

  async rows(node: PlanNode, limit: number | undefined): Promise<Row[]> {
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
      throw new TableError(`rows: the limit is ${limit}. It has to be a whole number, 0 or more.`);
    this.#connection.checkOpen();
    if (node.fetched !== undefined) return structuredClone(node.fetched.slice(0, limit));
    const first = (input: Relation): Relation =>
      limit === undefined || limit > mostLimit
        ? input
        : { relType: { case: "limit", value: { input, limit } } };
    const rows = await this.fetch(node, first, node, "Reading rows", renderInOrder);
    const few = limit === undefined && rows.length <= mostFetched;
    const isFile = /^(?:csv|parquet|catalog)$/.test(node.plan.kind);
    if (few && !isFile && node.types.every(isWholeInRows)) {
      // What was computed isn't computed again, and what is read again is the same.
      node.fetched = structuredClone(rows);
      const relation = await uploadedRows(this.#connection, node, rows, "Reading rows");
      node.plan = { kind: "relation", relation };
    }
    return rows;
  }

  async count(node: PlanNode): Promise<number> {
    this.#connection.checkOpen();
    if (node.fetched !== undefined) return node.fetched.length;
    const { plan } = node;
    // Of files that can be seen from here the footers tell it.
    if (plan.kind === "parquet" && !isUrl(plan.source.path)) {
      const place = await plan.source.place();
      const count = await (await this.#embedded.readParquet(place)).count();
      if (await plan.source.wasStill(place)) return count;
    }
    const count = (relation: Relation) => project(relation, ["count(*) AS n"]);
    const [row] = await this.fetch(node, count, countShape, "Counting rows");
    return Number(row?.n);
  }

  async *batches(node: PlanNode, options: BatchOptions): AsyncGenerator<Row[]> {
    const { relation, reads } = await this.render(node, renderInOrder);
    let failed = false;
    try {
      yield* this.#fetchBatches(relation, node, "Reading rows", options);
    } catch (error) {
      failed = true;
      await checkUnchanged(reads);
      throw error;
    } finally {
      // Rows are out already: where a file was replaced meanwhile, whoever has them must not go on, nor who stops early.
      if (!failed) await checkUnchanged(reads);
    }
  }

  /** Has the server write a table's rows as Parquet. @param path a folder or a URL of the server's. */
  async write(node: PlanNode, path: string, shown: string): Promise<void> {
    const command = (input: Relation): Command => ({
      commandType: {
        case: "writeOperation",
        value: {
          input,
          source: "parquet",
          saveType: { case: "path", value: writePath(path) },
          mode: 2, // overwrite
        },
      },
    });
    const client = await this.#connection.client();
    await this.#reading(
      node,
      (relation) => client.command(command(relation), this.#connection.context(`Writing ${shown}`)),
      renderInOrder,
    );
  }

  /** All rows of what is made of a table's. */
  async fetch(
    node: PlanNode,
    make: (relation: Relation) => Relation,
    shape: Shape,
    what: string,
    rendering = render,
  ): Promise<Row[]> {
    return this.#reading(
      node,
      async (relation) => {
        const rows: Row[] = [];
        for await (const batch of this.#fetchBatches(make(relation), shape, what))
          for (const row of batch) rows.push(row);
        return rows;
      },
      rendering,
    );
  }

  /** The relation that gives a table's rows, and the files that it reads. */
  async render(
    node: PlanNode,
    rendering = render,
  ): Promise<{ readonly relation: Relation; readonly reads: readonly Read[] }> {
    const reads: Read[] = [];
    const placeOf = async (source: Source): Promise<string> => {
      const place = await source.place();
      reads.push({ source, place });
      return place;
    };
    const files: PlanFiles = {
      csv: async (csv) => {
        await placeOf(csv.source);
        return this.#place.readCsv(csv);
      },
      parquet: async (source, schema) => this.readStored(await placeOf(source), source.shown, schema),
      again: async (again) => {
        await checkUnchanged(again);
        reads.push(...again);
      },
      isReadInOrder: async ({ path, shown }) => {
        if (isUrl(path)) return false;
        const place = reads.find(({ source }) => source.path === path)?.place ?? path;
        return (await parquetFiles(place, shown)).length === 1;
      },
    };
    return { relation: await rendering(node, files), reads };
  }

  async readStored(path: string, shown: string, schema: string | undefined): Promise<Relation> {
    return isUrl(path) ? parquetRelation([path], schema) : this.#place.readParquet(path, shown, schema);
  }

  /** Works on a table's relation, again where files were replaced meanwhile, and what they were is kept elsewhere. */
  async #reading<T>(
    node: PlanNode,
    work: (relation: Relation) => Promise<T>,
    rendering: typeof render,
  ): Promise<T> {
    for (;;) {
      const { relation, reads } = await this.render(node, rendering);
      try {
        const result = await work(relation);
        if (await wereStill(reads)) return result;
      } catch (error) {
        this.#connection.context("").signal?.throwIfAborted();
        if (await wereStill(reads)) throw error;
      }
    }
  }

  async *#fetchBatches(
    relation: Relation,
    shape: Shape,
    what: string,
    options: BatchOptions = {},
  ): AsyncGenerator<Row[]> {
    const client = await this.#connection.client();
    const { appendArrowRows } = await import("./arrow-read.ts");
    for await (const stream of client.arrowBatches(relation, this.#connection.context(what))) {
      const rows: Row[] = [];
      appendArrowRows(rows, stream, shape.columns, shape.types, options);
      yield rows;
    }
  }
}
