import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { outputsOf, type SimilarityJoinOptions, type Transformer } from "../../matching/stages.ts";
import { checkJoin, checkStages } from "../check-matching.ts";
import { digestTable } from "../digest-table.ts";
import { openDuckDb } from "../duckdb/open-duckdb.ts";
import type { EngineShare } from "../engine-share.ts";
import { type InputPaths, oneFile } from "../files/input-files.ts";
import { columnsOf, type FilePlan, PlannedSession } from "../planned-session.ts";
import { PlannedTable } from "../planned-table.ts";
import {
  type Column,
  type CsvOptions,
  type EngineSession,
  type ExcelOptions,
  type FileNameOption,
  type JsonOptions,
  type KnownContent,
  mostLookedThrough,
  type PlanHandle,
  type RejectedRow,
  type Row,
  type Table,
  type TableHandle,
  type TransformOptions,
} from "../session.ts";
import { isUrl } from "../session-url.ts";
import { columnsShape, type Shape } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import { checkUnchanged, noteUrlRead, ownFile, type RunFolders, Source } from "../source.ts";
import { isOrdered, sparkWriting, sqlTokens, withPlainNames } from "../sql-tokens.ts";
import { TableError } from "../table-error.ts";
import { tableNameParts } from "../table-name.ts";
import { warnOfDialect } from "../warn-of-dialect.ts";
import { rowTypes } from "../write-values.ts";
import { checkQuery } from "./check-query.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { contentName } from "./content-name.ts";
import { LocalCsv } from "./local-csv.ts";
import { emptyRelation, type Plan, type PlanNode, type QueryInput, render, renderInOrder } from "./plan.ts";
import type { Relation } from "./plan-messages.ts";
import { rowDigest, type StoredRows } from "./row-digest.ts";
import { rowsHold } from "./rows-hold.ts";
import { bucketUrl } from "./server-path.ts";
import { serverShape } from "./server-shape.ts";
import { SharedFiles } from "./shared-files.ts";
import { joinedPairs } from "./similarity-join.ts";
import { SparkRows } from "./spark-rows.ts";
import { type SparkShape, shapeOfSchema } from "./spark-shape.ts";
import { named } from "./spark-types.ts";
import { stagesRelation } from "./stage-relation.ts";
import { Storage } from "./storage.ts";
import type { RowsToWrite, TablePlace } from "./table-place.ts";
import { uploadedRows } from "./uploaded-rows.ts";
import { viewHandle } from "./view-handle.ts";
import { type TableWriting, writeTable } from "./write-table.ts";

export interface SparkSessionOptions extends ConnectionOptions {
  readonly folder: string;
  readonly workFolder: string;
  /** The run that it is opened in, if it is. */
  readonly run?: RunFolders;
  /** Of the embedded engine. */
  readonly share?: EngineShare;
  readonly tempFolder?: string;
}

/**
 * A session of a Spark Connect server. A path is this machine's, unless it is a URL: then it is the server's. What
 * tasks return lies in the run's folder, written by the server, or in the session's storage where the server doesn't
 * see this machine's files.
 */
export class SparkSession extends PlannedSession<PlanNode, LocalCsv> {
  readonly engine = "spark";
  protected readonly writing = sparkWriting;
  readonly #workFolder: string;
  readonly #owner: boolean;
  readonly #connection: Connection;
  /** Reads the files of this machine. */
  readonly #embedded: EngineSession;
  readonly #place: TablePlace;
  readonly #rows: SparkRows;
  readonly #writing: TableWriting;
  /** Tables of files that the embedded engine has read. */
  readonly #here = new WeakMap<PlanNode, Table>();

  constructor(options: SparkSessionOptions) {
    super(options);
    const { signal, run, share, tempFolder } = options;
    this.#workFolder = resolve(options.workFolder);
    this.#owner = options.owner;
    this.#connection = new Connection(options);
    this.#embedded = openDuckDb({
      folder: this.folder,
      ...(signal && { signal }),
      ...(run && { run }),
      ...(share && { share }),
      ...(tempFolder === undefined ? {} : { tempFolder }),
    });
    const { storage } = options.url;
    this.#place =
      storage === undefined
        ? new SharedFiles(this.#connection, this.#embedded, this.#workFolder)
        : new Storage(storage, this.#connection, this.#embedded, run && basename(run.runFolder));
    this.#rows = new SparkRows(this.#connection, this.#place, this.#embedded);
    this.#writing = {
      embedded: this.#embedded,
      place: this.#place,
      workFolder: this.#workFolder,
      run,
      file: (path) => this.file(path),
    };
  }

  async connect(): Promise<void> {
    await this.#place.check();
    await this.#connection.client();
  }

  async readCsv(paths: InputPaths, options: CsvOptions): Promise<Table> {
    this.signal?.throwIfAborted();
    const others = (typeof paths === "string" ? [paths] : paths).filter(
      (path) => isUrl(path) && !/^(?:https?|s3a?):/i.test(path),
    );
    if (others[0] !== undefined)
      throw new TableError(
        `${others[0]}: CSV is read from this machine's files only, so that bad rows can be named by their lines. Read Parquet from there with readParquet.`,
      );
    const client = this.#connection.client();
    client.catch(() => {}); // awaited below
    const file = await oneFile(this.folder, paths, options);
    if (file !== undefined) {
      const [table] = await Promise.all([this.csvView(file, options), client]);
      return table;
    }
    await client;
    return this.#copied(await this.#embedded.readCsv(paths, options));
  }

  async readJson(paths: InputPaths, options: JsonOptions = {}): Promise<Table> {
    await this.#connection.client();
    return this.#copied(await this.#embedded.readJson(paths, options));
  }

  async readExcel(paths: InputPaths, options: ExcelOptions = {}): Promise<Table> {
    await this.#connection.client();
    return this.#copied(await this.#embedded.readExcel(paths, options));
  }

  override async rejects(table: Table): Promise<RejectedRow[]> {
    const here = this.#here.get(this.node(table, "rejects"));
    return here === undefined ? super.rejects(table) : this.#embedded.rejects(here);
  }

  /**
   * Files of this machine are held against each other by the embedded engine, so that they are read or refused by the
   * same rules on every engine; what Spark reads otherwise, or can't read, that engine writes anew for it.
   */
  async readParquet(paths: InputPaths, options: FileNameOption = {}): Promise<Table> {
    if (typeof paths !== "string" || options.fileName || /^https?:/i.test(paths))
      return this.#copied(await this.#embedded.readParquet(paths, options));
    if (isUrl(paths)) return this.#readServerParquet(ownFile(bucketUrl(paths)));
    const here = await this.#embedded.readParquet(paths);
    const shape = columnsShape(here.columns);
    const handle = await viewHandle(here);
    if (handle === undefined || handle.path !== this.file(paths).path) return this.#copied(here);
    const source = await Source.of(this.file(paths), "all", this.run);
    if (await this.#place.readsAlike(await source.place(), shape))
      return this.planned({ kind: "parquet", source }, shape);
    return this.#copied(here);
  }

  /** A table of the embedded engine as Parquet that the server reads; it goes with the session. */
  async #copied(here: Table): Promise<PlannedTable<PlanNode>> {
    const copy = join(this.#workFolder, `parquet-${randomUUID()}.parquet`);
    const computed = await this.#embedded.sql`SELECT * FROM ${here}`;
    await computed.handle(() => copy);
    const shape = columnsShape(here.columns);
    const input = this.planned({ kind: "parquet", source: ownFile(copy) }, shape);
    // Not a view over a file: what is handed on is written.
    const table = this.planned({ kind: "over", input: input.node, make: (relation) => relation }, shape);
    this.#here.set(table.node, here);
    return table;
  }

  async #readServerParquet(source: Source): Promise<Table> {
    const { path } = source;
    noteUrlRead(path);
    const relation = await this.#rows.readStored(path, path, undefined);
    const found = await serverShape(this.#connection, relation, path, (said) =>
      said.includes("CANNOT_READ_FILE_FOOTER]") ? `${path}: is not a Parquet file.` : undefined,
    );
    const asIs = found.casts === undefined ? {} : { asIs: true as const };
    return this.#cast({ kind: "parquet", source, ...asIs }, found);
  }

  /** What the server gives, with values of types that columns don't have made into ones that they have. */
  #cast(plan: Plan, { shape, casts }: SparkShape, ordered = false): Table {
    const table = this.planned(plan, shape, ordered);
    return casts === undefined
      ? table
      : this.planned({ kind: "over", input: table.node, make: casts }, shape, ordered);
  }

  async catalogTable(name: string): Promise<Table> {
    const parts = tableNameParts(name);
    const relation: Relation = {
      relType: { case: "sql", value: { query: `SELECT * FROM ${parts.map(named).join(".")}` } },
    };
    noteUrlRead(`the table ${parts.join(".")}`);
    const what = `catalogTable: ${parts.join(".")}`;
    const { shape, casts } = await serverShape(this.#connection, relation, what, (said) =>
      /^\[(?:TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG_NOT_FOUND)/.test(said)
        ? `${what}: the server has no such table. Tables are named as catalog.schema.name; without a catalog or a schema it is the server's current one.`
        : undefined,
    );
    return this.planned({ kind: "catalog", relation: casts?.(relation) ?? relation }, shape);
  }

  protected async query(given: readonly string[], bound: readonly QueryInput[]): Promise<Table> {
    const texts = withPlainNames(given);
    const client = await this.#connection.client();
    const schema = await checkQuery(client, this.#connection.context("SQL"), texts, bound);
    warnOfDialect(texts, sparkWriting, columnsOf(bound));
    const ordered = isOrdered(sqlTokens(texts, sparkWriting));
    return this.#cast({ kind: "query", texts, inputs: bound }, shapeOfSchema(schema), ordered);
  }

  protected unionOf(nodes: readonly PlanNode[], shape: Shape): Table {
    return this.planned({ kind: "union", nodes }, shape);
  }

  async fromRows(columns: readonly Column[], rows: readonly Row[]): Promise<Table> {
    const types = rowTypes(columns);
    const relation = await uploadedRows(this.#connection, { columns, types }, rows, "fromRows");
    return this.planned({ kind: "relation", relation }, { columns, types }, true);
  }

  async transform(
    table: Table,
    stages: readonly Transformer[],
    { keep }: TransformOptions = {},
  ): Promise<Table> {
    const input = this.node(table, "transform");
    checkStages(input.columns, stages);
    const outputs = stages.flatMap(outputsOf);
    const unknown = keep?.find((name) => !outputs.includes(name));
    if (unknown !== undefined)
      throw new TableError(
        `transform: no stage adds the column ${JSON.stringify(unknown)} that is to be kept.`,
      );
    if (stages.length === 0 || keep?.length === 0) return table;
    const names = input.columns.map((column) => column.name);
    const make = (relation: Relation) => stagesRelation(relation, names, stages, keep);
    const client = await this.#connection.client();
    const schema = await client.schema(make(emptyRelation(input)), this.#connection.context("transform"));
    return this.planned({ kind: "over", input, make }, shapeOfSchema(schema).shape, input.ordered);
  }

  async similarityJoin(left: Table, right: Table, options: SimilarityJoinOptions): Promise<Table> {
    const what = "similarityJoin";
    const [leftNode, rightNode] = [this.node(left, what), this.node(right, what)];
    const shape = checkJoin(leftNode.columns, rightNode.columns, options);
    const [l, r] = await Promise.all([this.#rows.render(leftNode), this.#rows.render(rightNode)]);
    const pairs = await joinedPairs(this.#connection, l.relation, r.relation, options);
    const reads = [...l.reads, ...r.reads];
    await checkUnchanged(reads);
    return this.planned({ kind: "relation", relation: pairs, reads }, shape);
  }

  /**
   * Of a CSV file by the file; of Parquet, whose files Spark never names alike, by its rows, and their order if they have
   * one. Rows are read once for files that are known again: by what we wrote, or by their version.
   */
  async digest(handle: TableHandle, known?: KnownContent): Promise<string> {
    if (handle.kind === "plan") {
      known?.tell("what a plan gives is computed, to know it by its rows.");
      return this.#contentDigest(this.handed(handle).node, handle, "a plan");
    }
    const source = this.sourceOf(handle);
    const place = await source.place();
    if (handle.kind === "csv") return digestTable({ ...handle, path: place });
    const name = contentName(handle, known?.written, this.#place.isKept(handle.path));
    const found = name === undefined ? undefined : await known?.find(name);
    if (found !== undefined) return found;
    known?.tell(`${source.shown} is read, since nothing that is kept tells what its rows are.`);
    const { node } = this.planned({ kind: "parquet", source }, columnsShape(handle.columns));
    const digest = await this.#contentDigest(node, handle, source.shown);
    if (name !== undefined) await known?.keep(name, digest);
    return digest;
  }

  async #contentDigest(node: PlanNode, handle: StoredRows | PlanHandle, shown: string): Promise<string> {
    const digest = (relation: Relation) => rowDigest(relation, handle);
    const rendering = handle.kind === "plan" ? renderInOrder : render;
    const [result] = await this.#rows.fetch(node, digest, stringShape, `Reading ${shown}`, rendering);
    const columns = handle.columns.map(({ name, type }) => [name, type]);
    return `${JSON.stringify(columns)} ${result?.digest}`;
  }

  async holds(handle: TableHandle, texts: readonly string[]): Promise<boolean> {
    if (handle.kind === "plan") return false; // nothing is stored
    if (!isUrl(handle.path)) return this.#embedded.holds(handle, texts);
    if (!this.#place.isKept(handle.path)) return false; // a view over files that aren't ours
    const make = (input: Relation): Relation => ({
      relType: { case: "limit", value: { input, limit: mostLookedThrough } },
    });
    const shape = columnsShape(handle.columns);
    const { node: input } = this.planned({ kind: "parquet", source: this.sourceOf(handle) }, shape);
    const limited = this.planned({ kind: "over", input, make }, shape);
    return rowsHold(limited.batches({ timestamps: "microseconds" }), texts);
  }

  async close(): Promise<void> {
    try {
      await this.#place.close();
      await this.#connection.close();
    } finally {
      await this.#embedded.close();
      if (this.#owner) await rm(this.#workFolder, { recursive: true, force: true });
    }
  }

  protected override file(path: string): ShownPath {
    return isUrl(path) ? { path, shown: path } : super.file(path);
  }

  protected csvOf(source: Source, options: CsvOptions): LocalCsv {
    return new LocalCsv(source, options, this.#embedded);
  }

  protected planned(plan: Plan, shape: Shape, ordered = false): PlannedTable<PlanNode> {
    return new PlannedTable<PlanNode>(
      {
        session: this,
        rows: (node, limit) => this.#rows.rows(node, limit),
        batches: (node, options) => this.#rows.batches(node, options),
        count: (node) => this.#rows.count(node),
        write: (node, path, request) => writeTable(this.#writing, this.#toWrite(node), path, request),
        handle: (node, file, as) => this.handle(node, file, as),
      },
      { plan, columns: shape.columns, types: shape.types, ordered },
    );
  }

  protected csvIn({ plan }: PlanNode): LocalCsv | undefined {
    return plan.kind === "csv" ? plan.csv : undefined;
  }

  protected filesOf({ plan }: PlanNode): FilePlan<LocalCsv> | undefined {
    return plan.kind === "csv" || plan.kind === "parquet" ? plan : undefined;
  }

  protected handed(handle: PlanHandle): PlannedTable<PlanNode> {
    const reads = handle.reads.map(({ path, place, source }) => ({
      source: new Source(this.file(path), source, this.run),
      place,
    }));
    return this.planned({ kind: "handed", handle, reads }, columnsShape(handle.columns), handle.ordered);
  }

  protected async planOf(node: PlanNode, as: "rows" | "plan"): Promise<PlanHandle | undefined> {
    if (node.plan.kind === "handed") return node.plan.handle;
    const isWritten = as === "rows" && node.plan.kind !== "catalog";
    if (isWritten || this.filesOf(node) !== undefined) return undefined;
    const { relation, reads } = await this.#rows.render(node, renderInOrder);
    const { relationToHand } = await import("./handed-relation.ts");
    return {
      kind: "plan",
      path: "plan://spark",
      columns: node.columns,
      ...(node.ordered ? { ordered: true } : {}),
      plan: relationToHand(relation),
      reads: reads.map(({ source, place }) => ({ ...source.handle, place })),
    };
  }

  protected async keep(node: PlanNode, file: ShownPath): Promise<string> {
    const path = await this.#place.keep(file, this.#toWrite(node));
    node.plan = { kind: "parquet", source: ownFile(path, this.file(path).shown) };
    return path;
  }

  #toWrite(node: PlanNode): RowsToWrite {
    return {
      columns: node.columns,
      types: node.types,
      fetched: node.fetched,
      write: (path, shown) => this.#rows.write(node, path, shown),
      batches: (options) => this.#rows.batches(node, options),
    };
  }
}

const stringShape: Shape = { columns: [{ name: "digest", type: "string" }], types: [{ kind: "string" }] };
