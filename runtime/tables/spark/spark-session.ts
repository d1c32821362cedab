import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { makeFolder } from "../../disk/make-folder.ts";
import { outputsOf, type SimilarityJoinOptions, type Transformer } from "../../matching/stages.ts";
import { checkJoin, checkStages } from "../check-matching.ts";
import { isWholeInRows, type ParsedType, parseColumnType, typeName } from "../column-types.ts";
import { digestTable } from "../digest-table.ts";
import { openDuckDb } from "../duckdb/open-duckdb.ts";
import type { EngineShare } from "../engine-share.ts";
import { areAllFiles, parquetFiles } from "../parquet-files.ts";
import { replaceFolder } from "../parquet-folder.ts";
import {
  type BatchOptions,
  type Column,
  type CsvOptions,
  type RejectedRow,
  type Row,
  type Session,
  type SqlInput,
  type Table,
  TableError,
  type TableHandle,
  type TransformOptions,
} from "../session.ts";
import { isUrl } from "../session-url.ts";
import {
  checkUnchanged,
  noteUrlRead,
  ownFile,
  type Read,
  type RunFolders,
  Source,
  wereStill,
} from "../source.ts";
import { boundValue } from "../sql-input.ts";
import { isOrdered, sparkWriting, sqlTokens, withoutEnd, withPlainNames } from "../sql-tokens.ts";
import { warnOfDialect } from "../warn-of-dialect.ts";
import { rowTypes } from "../write-values.ts";
import { checkQuery } from "./check-query.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { LocalCsv } from "./local-csv.ts";
import {
  emptyRelation,
  type Plan,
  type PlanFiles,
  type PlanNode,
  project,
  type QueryInput,
  render,
  renderInOrder,
  schemaSql,
} from "./plan.ts";
import type { Command, Relation } from "./plan-messages.ts";
import type { DataType } from "./protocol/spark-connect_pb.ts";
import { rowDigest } from "./row-digest.ts";
import { readPath, writePath } from "./server-path.ts";
import { joinedPairs } from "./similarity-join.ts";
import { saidBySpark } from "./spark-error.ts";
import { SparkTable } from "./spark-table.ts";
import { fromSparkType, named, sparkSqlType } from "./spark-types.ts";
import { stagesRelation } from "./stage-relation.ts";

export interface SparkSessionOptions extends ConnectionOptions {
  readonly folder: string;
  readonly workFolder: string;
  /** The run that it is opened in, if it is. */
  readonly run?: RunFolders;
  /** Of the embedded engine. */
  readonly share?: EngineShare;
  readonly tempFolder?: string;
}

/** What a plan's columns are. */
interface Shape {
  readonly columns: readonly Column[];
  readonly types: readonly ParsedType[];
}

/** So many rows of a result are kept here once they have been read. */
const mostFetched = 2_000;

/** Spark's limits are integers. */
const mostLimit = 2 ** 31 - 1;

/** Rows that go to the server with the plan; more are uploaded beside it. In bytes of Arrow. */
const largestInline = 1 << 20;

/**
 * A session of a Spark Connect server. A path is this machine's, unless it is a URL: then it is the server's. What
 * tasks return lies in the run's folder, written by the server, or in the session's storage where the server doesn't
 * see this machine's files.
 */
export class SparkSession implements Session {
  readonly engine = "spark";
  readonly #folder: string;
  readonly #workFolder: string;
  readonly #run: RunFolders | undefined;
  readonly #owner: boolean;
  readonly #connection: Connection;
  /** Reads the CSV files of this machine. */
  readonly #embedded: Session;
  readonly #handles = new WeakMap<PlanNode, Promise<TableHandle>>();
  readonly #written = new Map<string, Promise<void>>();

  constructor(options: SparkSessionOptions) {
    const { folder, workFolder, owner, signal } = options;
    this.#folder = resolve(folder);
    this.#workFolder = resolve(workFolder);
    this.#run = options.run;
    this.#owner = owner;
    this.#connection = new Connection(options);
    const { run, share, tempFolder } = options;
    this.#embedded = openDuckDb({
      folder: this.#folder,
      ...(signal && { signal }),
      ...(run && { run }),
      ...(share && { share }),
      ...(tempFolder === undefined ? {} : { tempFolder }),
    });
  }

  /** Connects, and looks whether the server sees this machine's files. @throws {TableError} if it can't be. */
  async connect(): Promise<void> {
    await this.#connection.checkSharedFiles(this.#workFolder);
    await this.#connection.client();
  }

  async readCsv(path: string, options: CsvOptions): Promise<Table> {
    this.#connection.context("").signal?.throwIfAborted();
    if (isUrl(path))
      throw new TableError(
        `${path}: CSV is read from this machine's files only, so that bad rows can be named by their lines. Read Parquet from there with readParquet.`,
      );
    const csv = this.#localCsv(await Source.of(this.#file(path), "all", this.#run), options);
    await Promise.all([csv.checkHeader(), this.#connection.client()]);
    return this.#table({ kind: "csv", csv }, csvShape(options));
  }

  async rejects(table: Table): Promise<RejectedRow[]> {
    const { plan } = this.#node(table, "rejects");
    if (plan.kind !== "csv")
      throw new TableError(
        'rejects: the table was not made by readCsv. Give the table that readCsv gave, with onBadRow: "reject".',
      );
    return plan.csv.rejects();
  }

  /**
   * Files of this machine are held against each other by the embedded engine, so that they are read or refused by the
   * same rules on every engine; what Spark reads otherwise, or can't read, that engine writes anew for it.
   */
  async readParquet(path: string): Promise<Table> {
    if (isUrl(path)) return this.#readServerParquet(ownFile(path));
    const source = await Source.of(this.#file(path), "all", this.#run);
    const place = await source.place();
    const here = await this.#embedded.readParquet(path);
    const shape: Shape = {
      columns: here.columns,
      types: here.columns.map(({ type }) => parseColumnType(type)),
    };
    const copy = join(this.#workFolder, `parquet-${randomUUID()}.parquet`);
    const isView = (await here.handle(() => copy)).path !== copy;
    if (isView && (await this.#readsAlike(place, shape)))
      return this.#table({ kind: "parquet", source }, shape);
    if (isView) await (await this.#embedded.sql`SELECT * FROM ${here}`).handle(() => copy);
    const input = this.#table({ kind: "parquet", source: ownFile(copy) }, shape);
    // Not a view over a file: the copy goes with the session, and what is handed on is written.
    return this.#table({ kind: "over", input: input.node, make: (relation) => relation }, shape);
  }

  async #readServerParquet(source: Source): Promise<Table> {
    const { path } = source;
    noteUrlRead(path);
    const relation = await this.#readStored(path, path, undefined);
    const client = await this.#connection.client();
    let schema: DataType | undefined;
    try {
      schema = await client.schema(relation, this.#connection.context(path));
    } catch (error) {
      if (saidBySpark(error)?.includes("CANNOT_READ_FILE_FOOTER]"))
        throw new TableError(`${path}: is not a Parquet file.`);
      throw error;
    }
    const { shape, casts } = shapeOf(schema);
    const table = this.#table({ kind: "parquet", source }, shape);
    return casts === undefined
      ? table
      : this.#table(
          {
            kind: "over",
            input: { ...table.node, plan: { kind: "parquet", source, asIs: true } },
            make: casts,
          },
          shape,
        );
  }

  /** Whether Spark has the same columns for files of this machine. */
  async #readsAlike(path: string, { columns }: Shape): Promise<boolean> {
    if (this.#connection.storage !== undefined) return true; // it reads what is sent
    const relation = await this.#readStored(path, path, undefined);
    const client = await this.#connection.client();
    try {
      const { shape, casts } = shapeOf(await client.schema(relation, this.#connection.context(path)));
      return casts === undefined && JSON.stringify(shape.columns) === JSON.stringify(columns);
    } catch (error) {
      if (/PARQUET_TYPE_ILLEGAL|UNSUPPORTED_TIME_TYPE/.test(saidBySpark(error) ?? "")) return false;
      throw error;
    }
  }

  async sql(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): Promise<Table> {
    const bound = inputs.map((input: unknown, index): QueryInput => {
      if (input instanceof SparkTable) {
        if (input.session !== this)
          throw new TableError(`sql: input ${index + 1} is a table of another session.`);
        return { node: input.node };
      }
      return { value: boundValue(input, index) };
    });
    const texts = withPlainNames(withoutEnd(strings, sparkWriting));
    const client = await this.#connection.client();
    const schema = await checkQuery(client, this.#connection.context("SQL"), texts, bound);
    const { shape, casts } = shapeOf(schema);
    warnOfDialect(texts, sparkWriting);
    const ordered = isOrdered(sqlTokens(texts, sparkWriting));
    const table = this.#table({ kind: "query", texts, inputs: bound }, shape, ordered);
    return casts === undefined
      ? table
      : this.#table({ kind: "over", input: table.node, make: casts }, shape, ordered);
  }

  async fromRows(columns: readonly Column[], rows: readonly Row[]): Promise<Table> {
    const types = rowTypes(columns);
    const relation = await this.#uploaded({ columns, types }, rows, "fromRows");
    return this.#table({ kind: "relation", relation }, { columns, types }, true);
  }

  async transform(
    table: Table,
    stages: readonly Transformer[],
    { keep }: TransformOptions = {},
  ): Promise<Table> {
    const input = this.#node(table, "transform");
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
    return this.#table({ kind: "over", input, make }, shapeOf(schema).shape, input.ordered);
  }

  async similarityJoin(left: Table, right: Table, options: SimilarityJoinOptions): Promise<Table> {
    const what = "similarityJoin";
    const [leftNode, rightNode] = [this.#node(left, what), this.#node(right, what)];
    const shape = checkJoin(leftNode.columns, rightNode.columns, options);
    const [l, r] = await Promise.all([this.#render(leftNode), this.#render(rightNode)]);
    const pairs = await joinedPairs(this.#connection, l.relation, r.relation, options);
    const reads = [...l.reads, ...r.reads];
    await checkUnchanged(reads);
    return this.#table({ kind: "relation", relation: pairs, reads }, shape);
  }

  table(handle: TableHandle): Table {
    const source = new Source(this.#file(handle.path), handle.source, this.#run);
    if (handle.kind === "csv")
      return this.#table(
        { kind: "csv", csv: this.#localCsv(source, handle.options) },
        csvShape(handle.options),
      );
    const { columns } = handle;
    return this.#table(
      { kind: "parquet", source },
      { columns, types: columns.map((column) => parseColumnType(column.type)) },
      handle.ordered,
    );
  }

  /** Of a CSV file by the file; of Parquet, whose files Spark never names alike, by its rows, and their order if they have one. */
  async digest(handle: TableHandle): Promise<string> {
    const source = new Source(this.#file(handle.path), handle.source, this.#run);
    if (handle.kind === "csv") return digestTable({ ...handle, path: await source.place() });
    const types = handle.columns.map((column) => parseColumnType(column.type));
    const { node } = this.#table({ kind: "parquet", source }, { ...handle, types });
    const digest = (relation: Relation) => rowDigest(relation, handle);
    const [result] = await this.#fetch(node, digest, stringShape, `Reading ${source.shown}`);
    const columns = handle.columns.map(({ name, type }) => [name, type]);
    return `${JSON.stringify(columns)} ${result?.digest}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    try {
      await this.#connection.close();
    } finally {
      await this.#embedded.close();
      if (this.#owner) await rm(this.#workFolder, { recursive: true, force: true });
    }
  }

  #localCsv(source: Source, options: CsvOptions): LocalCsv {
    return new LocalCsv(source, options, this.#embedded);
  }

  /** A path, and how errors name it: relative to the session's folder, if it lies in it. */
  #file(path: string): { readonly path: string; readonly shown: string } {
    if (isUrl(path)) return { path, shown: path };
    const full = resolve(this.#folder, path);
    const inside = relative(this.#folder, full);
    return {
      path: full,
      shown: inside === "" || inside.startsWith("..") || isAbsolute(inside) ? full : inside,
    };
  }

  /** @param ordered whether the rows have an order that is to be kept. */
  #table(plan: Plan, shape: Shape, ordered = false): SparkTable {
    return new SparkTable(
      {
        session: this,
        rows: (node, limit) => this.#rows(node, limit),
        batches: (node, options) => this.#batches(node, options),
        count: (node) => this.#count(node),
        writeParquet: (node, path) => this.#writeFolder(node, path),
        handle: (node, file) => this.#handle(node, file),
      },
      { plan, columns: shape.columns, types: shape.types, ordered },
    );
  }

  #node(table: Table, what: string): PlanNode {
    if (table instanceof SparkTable && table.session === this) return table.node;
    throw new TableError(`${what}: the table is of another session.`);
  }

  async #rows(node: PlanNode, limit: number | undefined): Promise<Row[]> {
    if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
      throw new TableError(`rows: the limit is ${limit}. It has to be a whole number, 0 or more.`);
    this.#connection.checkOpen();
    if (node.fetched !== undefined) return structuredClone(node.fetched.slice(0, limit));
    const first = (input: Relation): Relation =>
      limit === undefined || limit > mostLimit
        ? input
        : { relType: { case: "limit", value: { input, limit } } };
    const rows = await this.#fetch(node, first, node, "Reading rows", renderInOrder);
    const few = limit === undefined && rows.length <= mostFetched;
    if (few && !isFile(node.plan) && node.types.every(isWholeInRows)) {
      // What was computed isn't computed again, and what is read again is the same.
      node.fetched = structuredClone(rows);
      node.plan = { kind: "relation", relation: await this.#uploaded(node, rows, "Reading rows") };
    }
    return rows;
  }

  async #count(node: PlanNode): Promise<number> {
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
    const shape: Shape = { columns: [{ name: "n", type: "long" }], types: [{ kind: "long" }] };
    const [row] = await this.#fetch(node, count, shape, "Counting rows");
    return Number(row?.n);
  }

  async *#batches(node: PlanNode, options: BatchOptions): AsyncGenerator<Row[]> {
    const { relation, reads } = await this.#render(node, renderInOrder);
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

  /** All rows of what is made of a table's. */
  async #fetch(
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

  /** Works on a table's relation, again where files were replaced meanwhile, and what they were is kept elsewhere. */
  async #reading<T>(
    node: PlanNode,
    work: (relation: Relation) => Promise<T>,
    rendering: typeof render,
  ): Promise<T> {
    for (;;) {
      const { relation, reads } = await this.#render(node, rendering);
      try {
        const result = await work(relation);
        if (await wereStill(reads)) return result;
      } catch (error) {
        this.#connection.context("").signal?.throwIfAborted();
        if (await wereStill(reads)) throw error;
      }
    }
  }

  async #render(
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
        return this.#readLocalCsv(csv);
      },
      parquet: async (source, schema) => this.#readStored(await placeOf(source), source.shown, schema),
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

  /** A relation of rows that come from here. */
  async #uploaded(shape: Shape, rows: readonly Row[], what: string): Promise<Relation> {
    const { arrowStream } = await import("./arrow-write.ts");
    const data = arrowStream(shape.columns, shape.types, rows);
    const schema = schemaSql(shape);
    if (data.length <= largestInline) return { relType: { case: "localRelation", value: { data, schema } } };
    const { cachedRelation } = await import("./cached-relation.ts");
    return cachedRelation(await this.#connection.client(), data, schema, this.#connection.context(what));
  }

  async #readLocalCsv(csv: LocalCsv): Promise<Relation> {
    const schema = schemaSql(csvShape(csv.options));
    const { storage } = this.#connection;
    if (storage === undefined) {
      const file = await csv.fileIn(this.#workFolder);
      await this.#once(file, async () => {
        if (!existsSync(file)) await csv.writeParquet(file);
      });
      return parquetRelation([file], schema);
    }
    const table = await this.#embedded.readCsv(csv.path, csv.options);
    return this.#sent(table, csv.shown);
  }

  async #readStored(path: string, shown: string, schema: string | undefined): Promise<Relation> {
    if (isUrl(path)) return parquetRelation([path], schema);
    const files = await parquetFiles(path, shown);
    if (this.#connection.storage === undefined)
      return parquetRelation((await areAllFiles(path)) ? [path] : files, schema);
    return this.#sent(await this.#embedded.readParquet(path), shown);
  }

  /** A table of the embedded engine as the server reads it, which doesn't see the file. */
  async #sent(table: Table, shown: string): Promise<Relation> {
    const shape = { columns: table.columns, types: table.columns.map(({ type }) => parseColumnType(type)) };
    return this.#uploaded(
      shape,
      await wholeRows(table.batches({ timestamps: "microseconds" })),
      `Sending ${shown}`,
    );
  }

  async #once(key: string, work: () => Promise<void>): Promise<void> {
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const made = work();
    this.#written.set(key, made);
    made.catch(() => this.#written.delete(key)); // the next call tries again; this one's caller has the error
    return made;
  }

  async #writeFolder(node: PlanNode, path: string): Promise<void> {
    if (isUrl(path)) return this.#write(node, path, path);
    const { path: full, shown } = this.#file(path);
    if (this.#connection.storage === undefined)
      return replaceFolder(full, shown, this.#run?.written, (folder) => this.#write(node, folder, shown));
    const rows = await wholeRows(this.#batches(node, { timestamps: "microseconds" }));
    const local = await this.#embedded.fromRows(node.columns, rows);
    await local.writeParquet(full);
  }

  /** Has the server write a table's rows as Parquet. */
  async #write(node: PlanNode, path: string, shown: string): Promise<void> {
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
    if (!isUrl(path) && !existsSync(join(path, "_SUCCESS")))
      throw new TableError(
        `Writing ${shown}: the Spark server wrote it to its own files, which aren't this machine's. Give the session a folder for tables: sc://host:port/;storage=s3a://bucket/folder, and write results that are to stay there to a URL.`,
      );
  }

  /** Few rows that are here already needn't go to the server to be written. */
  async #writeFetched({ columns }: PlanNode, rows: readonly Row[], path: string): Promise<void> {
    await rm(path, { recursive: true, force: true }); // an earlier attempt's may be the server's folder
    const table = await this.#embedded.fromRows(columns, rows);
    await table.handle(() => path);
  }

  #handle(node: PlanNode, file: () => string): Promise<TableHandle> {
    const known = this.#handles.get(node);
    if (known !== undefined) return known;
    const made = this.#makeHandle(node, file);
    this.#handles.set(node, made);
    made.catch(() => this.#handles.delete(node)); // the next call tries again; this one's caller has the error
    return made;
  }

  async #makeHandle(node: PlanNode, file: () => string): Promise<TableHandle> {
    const { columns, plan, fetched } = node;
    if (plan.kind === "csv")
      return { kind: "csv", options: plan.csv.options, columns, ...plan.csv.source.handle };
    const order = node.ordered ? { ordered: true } : {};
    if (plan.kind === "parquet") return { kind: "parquet", columns, ...plan.source.handle, ...order };
    const local = resolve(this.#folder, file());
    const { storage } = this.#connection;
    // A run's results lie in <run>/results/.
    const path =
      storage === undefined ? local : `${storage}/${basename(dirname(dirname(local)))}/${basename(local)}`;
    if (storage === undefined) await makeFolder(dirname(path));
    const { shown } = this.#file(path);
    if (storage === undefined && fetched !== undefined) await this.#writeFetched(node, fetched, path);
    else await this.#write(node, path, shown);
    node.plan = { kind: "parquet", source: new Source({ path, shown }, undefined, undefined) };
    return { kind: "parquet", path, columns, ...order };
  }
}

const stringShape: Shape = { columns: [{ name: "digest", type: "string" }], types: [{ kind: "string" }] };

function parquetRelation(paths: readonly string[], schema: string | undefined): Relation {
  const source = {
    format: "parquet",
    paths: paths.map(readPath),
    ...(schema === undefined ? {} : { schema }),
  };
  return {
    relType: { case: "read", value: { readType: { case: "dataSource", value: source } } },
  };
}

async function wholeRows(batches: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const batch of batches) for (const row of batch) rows.push(row);
  return rows;
}

function isFile({ kind }: Plan): boolean {
  return kind === "csv" || kind === "parquet";
}

function csvShape({ columns }: CsvOptions): Shape {
  const entries = Object.entries(columns);
  return {
    columns: entries.map(([name, type]) => ({ name, type })),
    types: entries.map(([, kind]) => ({ kind })),
  };
}

/** The columns of Spark's rows, and what makes values of types that columns don't have into ones that they have. */
function shapeOf(schema: DataType | undefined): {
  readonly shape: Shape;
  readonly casts: ((input: Relation) => Relation) | undefined;
} {
  const fields = schema?.kind.case === "struct" ? schema.kind.value.fields : [];
  const read = fields.map(({ name, dataType }) => ({ name, ...fromSparkType(dataType) }));
  const shape = {
    columns: read.map(({ name, type }) => ({ name, type: typeName(type) })),
    types: read.map(({ type }) => type),
  };
  if (!read.some((field) => field.cast)) return { shape, casts: undefined };
  const expressions = read.map(({ name, type, cast }) =>
    cast ? `CAST(${named(name)} AS ${sparkSqlType(type)}) AS ${named(name)}` : named(name),
  );
  return { shape, casts: (input) => project(input, expressions) };
}
