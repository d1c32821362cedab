import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { log } from "../../authoring/log.ts";
import type { SimilarityJoinOptions, Transformer } from "../../matching/stages.ts";
import { typeName } from "../column-types.ts";
import { csvReading } from "../csv-reading.ts";
import { digestTable } from "../digest-table.ts";
import { type Constant, fileNameConstant, withMissing } from "../files/constant-columns.ts";
import { formats } from "../files/formats.ts";
import { goodJson, type JsonFile, jsonProblem } from "../files/good-json.ts";
import { type FileFinder, type InputFile, type InputPaths, inputFiles } from "../files/input-files.ts";
import { addOlder, filesBelow, nameInOrder } from "../files/merge-folder.ts";
import { parquetParts } from "../files/parquet-parts.ts";
import { compressionOf, decode, decompress } from "../files/plain-file.ts";
import { replaceFile } from "../files/replace-file.ts";
import { placeOf } from "../files/scheme.ts";
import { fetchFile } from "../files/web-file.ts";
import { checkWrite, type WriteRequest } from "../files/write-options.ts";
import { madeOnce } from "../made-once.ts";
import { checkParquet, listParquet, someOf } from "../parquet-files.ts";
import { replaceFolder } from "../parquet-folder.ts";
import { columnsOf, type FilePlan, PlannedSession } from "../planned-session.ts";
import { PlannedTable } from "../planned-table.ts";
import { sameName } from "../same-name.ts";
import type {
  Column,
  CsvColumns,
  CsvOptions,
  CsvType,
  ExcelOptions,
  FileNameOption,
  JsonOptions,
  RejectedRow,
  Row,
  Table,
  TableHandle,
  TransformOptions,
} from "../session.ts";
import { isUrl } from "../session-url.ts";
import { columnsShape, type Shape, shapeOf } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import { noteUrlRead, ownFile, type RunFolders, Source } from "../source.ts";
import { duckDbWriting } from "../sql-tokens.ts";
import { TableError } from "../table-error.ts";
import { tableNameParts } from "../table-name.ts";
import { unionShape } from "../union-shape.ts";
import { warnOfDialect } from "../warn-of-dialect.ts";
import { rowTypes, writer, wrongValue } from "../write-values.ts";
import { createBucketSecret } from "./bucket.ts";
import { checkQuery, type QueryPlan } from "./check-query.ts";
import { csvColumnNames } from "./csv-header.ts";
import { CsvView } from "./csv-view.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { remoteError, tableError } from "./engine-error.ts";
import { sqlType } from "./engine-types.ts";
import { textSearch } from "./holds-text.ts";
import { fitsSql, fittingTypes, widerType } from "./infer-csv.ts";
import { giveLakes } from "./lakes.ts";
import {
  checkSheet,
  type DeclaredColumns,
  excelSql,
  inferJson,
  jsonSql,
  loadError,
  loadFile,
} from "./loaded-files.ts";
import { parquetShape } from "./parquet-shape.ts";
import { emptyRelation, nodeName, type Plan, type PlanNode, type QueryInput } from "./plan.ts";
import { QueryRunner } from "./query-runner.ts";
import { queryShape } from "./query-shape.ts";
import { literal, pathLiteral, quoted } from "./quoting.ts";
import { joinBySimilarity } from "./similarity-join.ts";
import { storeTable } from "./stored-table.ts";
import { TemporaryFiles } from "./temporary-files.ts";
import { transformColumns } from "./transform.ts";
import { duckDbValues } from "./write-values.ts";

export class DuckDbSession extends PlannedSession<PlanNode, CsvView> {
  readonly engine = "duckdb";
  protected readonly writing = duckDbWriting;
  readonly #engine: Engine;
  readonly #isConfigured: boolean;
  readonly #runner: QueryRunner;
  readonly #views = new Set<CsvView>();
  /** Tables that SQL can be checked against: each has a table without rows under its name. */
  readonly #checkable = new WeakMap<PlanNode, Promise<void>>();
  /** Drops tables in memory that nobody can read any more. */
  readonly #unreachable: FinalizationRegistry<string>;
  /** Of tables of several files, those of each. */
  readonly #parts = new WeakMap<PlanNode, readonly Table[]>();
  /** Of tables of JSON, the lines that were left out; undefined where none are. */
  readonly #jsonRejects = new WeakMap<PlanNode, readonly RejectedRow[] | undefined>();
  #bucket: Promise<void> | undefined;
  /** By their folder: tables in temporary files. */
  readonly #files = new Map<string, TemporaryFiles>();
  readonly #unreadFiles = new FinalizationRegistry<string>((folder) => {
    const files = this.#files.get(folder);
    this.#files.delete(folder);
    // What can't be deleted now is looked for again when the temporary folder is.
    void files?.delete().catch(() => {});
  });
  #lastId = 0;

  constructor(options: EngineOptions & { readonly run?: RunFolders }) {
    super(options);
    this.#engine = new Engine({ ...options, folder: this.folder });
    this.#isConfigured = Object.keys(options.config ?? {}).length > 0;
    this.#runner = new QueryRunner(this.#engine);
    this.#unreachable = new FinalizationRegistry((name) => {
      // A table that can't be dropped goes with the session.
      this.#engine
        .use((connection) => connection.run(`DROP TABLE IF EXISTS ${quoted(name)}`))
        .catch(() => {});
    });
    giveLakes(this, {
      folder: this.folder,
      run: this.run,
      engine: this.#engine,
      write: (table, file) => this.#runner.writeFile(this.node(table, "dataset"), file),
      table: (sql, shown) => this.#lakeTable(sql, shown),
    });
  }

  /** The engine is in this process: only what was set may not be there. */
  async connect(): Promise<void> {
    if (this.#isConfigured) await this.#engine.use(async () => {});
  }

  async readCsv(paths: InputPaths, options: CsvOptions): Promise<Table> {
    const files = await this.#inputs(paths, "csv");
    const plains = new Map<InputFile, string | undefined>();
    for (const file of files) plains.set(file, await this.#plain(file, options.encoding));
    const own = (file: InputFile) => {
      const plain = plains.get(file);
      return plain === undefined ? undefined : ownFile(plain, file.shown);
    };
    const inferred = options.columns === "infer" ? await this.#inferred(files, options, own) : undefined;
    return this.#together(files, options, (file) => {
      const columns = inferred?.get(file) ?? options.columns;
      return this.csvView(file, { ...options, columns }, own(file));
    });
  }

  /** The columns of CSV files, of types that hold the values of all of them. */
  async #inferred(
    files: readonly InputFile[],
    options: CsvOptions,
    own: (file: InputFile) => Source | undefined,
  ): Promise<ReadonlyMap<InputFile, CsvColumns>> {
    const types = new Map<string, CsvType | undefined>();
    const names = new Map<InputFile, readonly string[]>();
    for (const file of files) {
      const path = own(file)?.path ?? (await this.#placeOf(file));
      const all = await csvColumnNames(path, file.shown, options);
      names.set(file, all);
      const texts = Object.fromEntries(all.map((name) => [name, "string" as const]));
      const { node } = await this.csvView(file, { ...options, columns: texts }, own(file));
      let row: readonly unknown[] = [];
      await this.#runner.chunks(
        node,
        `Reading ${file.shown}`,
        (query) => fitsSql(all, csvReading(options, file.shown), query),
        (chunk) => {
          row = chunk.getRows()[0] ?? [];
        },
      );
      fittingTypes(row, all.length).forEach((type, i) => {
        const name = all[i] ?? "";
        types.set(name, widerType(types.get(name), type));
      });
    }
    const typed = (all: readonly string[]) =>
      Object.fromEntries(all.map((name) => [name, types.get(name) ?? "string"]));
    return new Map([...names].map(([file, all]) => [file, typed(all)]));
  }

  async readJson(paths: InputPaths, options: JsonOptions = {}): Promise<Table> {
    if (options.onBadRow !== undefined && options.onBadRow !== "fail" && options.onBadRow !== "reject")
      throw new TableError(
        `readJson: onBadRow has to be "fail" or "reject", not ${JSON.stringify(options.onBadRow)}.`,
      );
    const files = await this.#inputs(paths, "json");
    const read: JsonFile[] = [];
    for (const file of files) {
      const plain = (await this.#plain(file)) ?? (await this.#placeOf(file));
      read.push(await goodJson(plain, file.shown, options, () => this.#temporary()));
    }
    const columns = options.columns ?? (await this.#jsonColumns(read, options));
    const given = { ...options, columns };
    const table = await this.#together(files, options, async (file) => {
      const json = read[files.indexOf(file)];
      const path = json?.path ?? file.path;
      try {
        return await this.#loaded(jsonSql(path, given), file.shown);
      } catch (error) {
        throw (await jsonProblem(path, file.shown, given)) ?? error;
      }
    });
    this.#jsonRejects.set(
      table.node,
      options.onBadRow === "reject" ? read.flatMap(({ rejects }) => rejects) : undefined,
    );
    return table;
  }

  async #jsonColumns(files: readonly JsonFile[], options: JsonOptions): Promise<DeclaredColumns> {
    const paths = files.map(({ path }) => path);
    try {
      return await inferJson(this.#engine, paths, options);
    } catch (error) {
      for (const { path, shown } of files) {
        const problem = await jsonProblem(path, shown, options);
        if (problem !== undefined) throw problem;
        if (files.length > 1)
          await inferJson(this.#engine, [path], options).catch((e) => Promise.reject(loadError(e, shown)));
      }
      throw loadError(error, files[0]?.shown ?? "");
    }
  }

  async readExcel(paths: InputPaths, options: ExcelOptions = {}): Promise<Table> {
    const files = await this.#inputs(paths, "excel");
    await this.#engine.need("excel");
    return this.#together(files, options, async (file) => {
      const plain = file.kind === "local" ? await this.#placeOf(file) : await this.#fetched(file);
      await checkSheet(this.#engine, plain, file.shown, options);
      return this.#loaded(excelSql(plain, file.shown, options), file.shown);
    });
  }

  async readParquet(paths: InputPaths, options: FileNameOption = {}): Promise<Table> {
    const parts = await parquetParts(this.folder, paths, await this.#finder());
    const tables: PlannedTable<PlanNode>[] = [];
    for (const { file, constants } of parts) {
      const files = options.fileName && file.kind === "local" ? await this.#filesOf(file) : [file];
      for (const each of files) {
        const table =
          each.kind === "local" ? await this.#localParquet(each) : await this.#remoteParquet(each);
        const named = fileNameConstant(options, each.shown);
        tables.push(this.#withConstants(table, [...constants, ...named]));
      }
    }
    return this.#unionOfParts(withMissing(tables, (table, missing) => this.#withConstants(table, missing)));
  }

  async #localParquet(file: ShownPath): Promise<PlannedTable<PlanNode>> {
    const source = await Source.of(file, "all", this.run);
    const { shown } = source;
    const place = await source.place();
    const { files, leftOut } = await listParquet(place, shown);
    if (leftOut.length > 0) log.warn(`${shown}: left out, since they are no Parquet: ${someOf(leftOut)}.`);
    const below = (folder: string, file: string) => (file === place ? folder : join(folder, basename(file)));
    const shownFile = (file: string) => below(shown, file);
    await checkParquet(files, shownFile);
    try {
      const { names, types, sql } = await this.#engine.use((connection, api) =>
        parquetShape(connection, api, files, shownFile),
      );
      const shaped = sql && { shaped: (at: string) => sql((file) => below(at, file)) };
      return this.planned({ kind: "parquet", source, ...shaped }, shapeOf(names, types));
    } catch (error) {
      throw tableError(error, shown);
    }
  }

  /** The files of a folder of Parquet, each by itself. */
  async #filesOf(file: InputFile): Promise<readonly InputFile[]> {
    const { files } = await listParquet(file.path, file.shown);
    return files.map((path) => ({ ...this.file(path), kind: "local" }));
  }

  /** Parquet that isn't on this machine: of it only what a query needs is fetched. */
  async #remoteParquet({ path, shown, kind }: InputFile): Promise<PlannedTable<PlanNode>> {
    noteUrlRead(shown);
    await this.#remote(kind);
    try {
      const { names, types, sql } = await this.#engine.use((connection, api) =>
        parquetShape(connection, api, [path], () => shown),
      );
      const plain = `SELECT * FROM read_parquet(${pathLiteral(path)}, hive_partitioning = false)`;
      const shaped = () => sql?.((file) => file) ?? plain;
      return this.planned(
        { kind: "parquet", source: ownFile(path, shown), temporary: true, shaped },
        shapeOf(names, types),
      );
    } catch (error) {
      throw remoteError(error, shown);
    }
  }

  async #lakeTable(sql: string, shown: string): Promise<Table> {
    try {
      const { names, types } = await this.#engine.use((connection, api) => queryShape(connection, api, sql));
      return this.planned(
        { kind: "parquet", source: ownFile(shown), temporary: true, shaped: () => sql },
        shapeOf(names, types),
      );
    } catch (error) {
      throw tableError(error, shown);
    }
  }

  async #remote(kind: InputFile["kind"]): Promise<void> {
    if (kind === "local") return;
    await this.#engine.need("httpfs");
    if (kind === "bucket") this.#bucket ??= this.#engine.use((connection) => createBucketSecret(connection));
    await this.#bucket;
  }

  async #finder(): Promise<FileFinder> {
    return {
      glob: async (pattern) => {
        if (isUrl(pattern)) await this.#remote("bucket");
        try {
          return await this.#engine.use(async (connection) => {
            const found = await connection.runAndReadAll(`SELECT file FROM glob(${literal(pattern)})`);
            return found.getRows().map(([file]) => String(file));
          });
        } catch (error) {
          throw remoteError(error, pattern);
        }
      },
    };
  }

  async #inputs(paths: InputPaths, format: keyof typeof formats): Promise<readonly InputFile[]> {
    this.signal?.throwIfAborted();
    return inputFiles(this.folder, paths, formats[format], await this.#finder());
  }

  /** Where a file of this machine can be read as it was. */
  async #placeOf(file: ShownPath): Promise<string> {
    return (await Source.of(file, "all", this.run)).place();
  }

  /** A copy of a file that isn't on this machine, is compressed or encoded; undefined where it is read as it is. */
  async #plain(file: InputFile, encoding?: string): Promise<string | undefined> {
    let copy = file.kind === "local" ? undefined : await this.#fetched(file);
    const { signal } = this.#engine;
    const compression = await compressionOf(copy ?? file.path, file.shown);
    if (compression !== undefined) {
      const plain = this.#temporary();
      await decompress(copy ?? (await this.#placeOf(file)), file.shown, compression, plain, signal);
      copy = plain;
    }
    if (encoding === undefined || /^utf-?8$/i.test(encoding)) return copy;
    const decoded = this.#temporary();
    await decode(copy ?? (await this.#placeOf(file)), file.shown, encoding, decoded, signal);
    return decoded;
  }

  /** A copy of a file that isn't on this machine. */
  async #fetched({ path, shown, kind }: InputFile): Promise<string> {
    noteUrlRead(shown);
    const file = this.#temporary();
    if (kind === "web") {
      await fetchFile(path, shown, file, this.#engine.signal);
      return file;
    }
    await this.#remote(kind);
    try {
      await this.#engine.use((connection) =>
        connection.run(
          `COPY (SELECT content FROM read_blob(${pathLiteral(path)})) TO ${literal(file)} (FORMAT blob)`,
        ),
      );
      return file;
    } catch (error) {
      throw remoteError(error, shown);
    }
  }

  #temporary(): string {
    return join(this.#engine.tempFolder, `millrace-${randomUUID()}`);
  }

  async #loaded(sql: string, shown: string): Promise<PlannedTable<PlanNode>> {
    const { path, names, types } = await loadFile(this.#engine, sql, shown);
    return this.planned(
      { kind: "parquet", source: ownFile(path, shown), temporary: true },
      shapeOf(names, types),
    );
  }

  /** The rows of several files. */
  async #together(
    files: readonly InputFile[],
    options: FileNameOption,
    read: (file: InputFile) => Promise<PlannedTable<PlanNode>>,
  ): Promise<PlannedTable<PlanNode>> {
    const tables: PlannedTable<PlanNode>[] = [];
    const parts: PlannedTable<PlanNode>[] = [];
    for (const file of files) {
      const table = await read(file);
      parts.push(table);
      tables.push(this.#withConstants(table, fileNameConstant(options, file.shown)));
    }
    const together = this.#unionOfParts(
      withMissing(tables, (table, missing) => this.#withConstants(table, missing)),
    );
    this.#parts.set(together.node, parts);
    return together;
  }

  #unionOfParts(tables: readonly PlannedTable<PlanNode>[]): PlannedTable<PlanNode> {
    const [first] = tables;
    if (first !== undefined && tables.length === 1) return first;
    const nodes = tables.map(({ node }) => node);
    return this.planned({ kind: "union", nodes }, unionShape(nodes));
  }

  /** A table with columns that have one value in all rows. */
  #withConstants(table: PlannedTable<PlanNode>, constants: readonly Constant[]): PlannedTable<PlanNode> {
    if (constants.length === 0) return table;
    const { node } = table;
    const columns = [...node.columns, ...constants.map(({ name, type }) => ({ name, type: typeName(type) }))];
    const twice = sameName(columns.map(({ name }) => name));
    if (twice !== undefined)
      throw new TableError(
        `The files have a column ${JSON.stringify(twice)} already. Give fileName another name.`,
      );
    const ends = constants.map(({ name, type }) => ` AS ${sqlType(type)}) AS ${quoted(name)}`);
    const more = ends.map((end, i) => `${end}${i < ends.length - 1 ? ", CAST(" : " FROM "}`);
    const inputs: QueryInput[] = constants.map(({ value }) => ({ value: { sqlType: "VARCHAR", value } }));
    return this.planned(
      { kind: "query", texts: ["SELECT *, CAST(", ...more, ""], inputs: [...inputs, { node }] },
      { columns, types: [...node.types, ...constants.map(({ type }) => type)] },
    );
  }

  override async rejects(table: Table): Promise<RejectedRow[]> {
    const node = this.node(table, "rejects");
    if (this.#jsonRejects.has(node)) {
      const lines = this.#jsonRejects.get(node);
      if (lines !== undefined) return [...lines];
      throw new TableError(
        'rejects: a bad line is an error of this table. Read the files with onBadRow: "reject".',
      );
    }
    const parts = this.#parts.get(node);
    if (parts === undefined) return super.rejects(table);
    const rejects: RejectedRow[] = [];
    for (const part of parts) rejects.push(...(await super.rejects(part)));
    return rejects;
  }

  async catalogTable(name: string): Promise<Table> {
    throw new TableError(
      `catalogTable: ${tableNameParts(name).join(".")}: DuckDB runs in this process and has no catalogs. Give the run a Spark server, --session sc://host:port, or read files with readParquet.`,
    );
  }

  protected async query(texts: readonly string[], inputs: readonly QueryInput[]): Promise<Table> {
    const written: QueryPlan = { kind: "query", texts, inputs };
    await this.#makeCheckable(inputs.flatMap((input) => ("node" in input ? [input.node] : [])));
    const { plan, names, types } = await this.#engine.use((connection, api) =>
      checkQuery(connection, api, written),
    );
    warnOfDialect(texts, duckDbWriting, columnsOf(inputs));
    return this.planned(plan, shapeOf(names, types));
  }

  protected unionOf(nodes: readonly PlanNode[], shape: Shape): Table {
    return this.planned({ kind: "union", nodes }, shape);
  }

  async fromRows(columns: readonly Column[], rows: readonly Row[]): Promise<Table> {
    const types = rowTypes(columns);
    return this.#stored({ columns, types }, async (name) => {
      await this.#engine.use((connection, api) => {
        const make = duckDbValues(api);
        const writers = types.map((type) => writer(make, type));
        return storeTable(
          connection,
          api,
          { name, columns, types, rowCount: rows.length },
          (index, start, end) => {
            const column = columns[index];
            const type = types[index];
            const write = writers[index];
            if (column === undefined || type === undefined || write === undefined) return [];
            return rows.slice(start, end).map((row, i) => {
              const value = row[column.name] ?? null;
              const written = write(value);
              if (written === undefined) throw wrongValue(start + i, column.name, type, value);
              return written;
            });
          },
        );
      });
    });
  }

  async transform(
    table: Table,
    stages: readonly Transformer[],
    options: TransformOptions = {},
  ): Promise<Table> {
    const node = await this.#fixed(this.node(table, "transform"));
    const { columns, types, store } = await transformColumns(this.#runner, node, stages, options);
    if (columns.length === 0) return table;
    const added = await this.#stored({ columns, types }, (name) =>
      this.#engine.use((connection, api) => store(connection, api, name)),
    );
    const texts = ["SELECT l.*, r.* FROM ", " l POSITIONAL JOIN ", " r"];
    return this.planned(
      { kind: "query", texts, inputs: [{ node }, { node: added.node }] },
      { columns: [...node.columns, ...columns], types: [...node.types, ...types] },
    );
  }

  async similarityJoin(left: Table, right: Table, options: SimilarityJoinOptions): Promise<Table> {
    const files = new TemporaryFiles(this.#engine);
    const { pairs, inFiles } = await joinBySimilarity(
      this.#runner,
      this.node(left, "similarityJoin"),
      this.node(right, "similarityJoin"),
      options,
      files,
      this.#engine.signal,
    );
    if (!inFiles)
      return this.#stored(pairs, (name) =>
        this.#engine.use((connection, api) => storeTable(connection, api, { ...pairs, name }, pairs.values)),
      );
    const { folder } = files;
    const source = ownFile(folder);
    const table = this.planned({ kind: "parquet", source, temporary: true }, pairs);
    this.#files.set(folder, files);
    this.#unreadFiles.register(table.node, folder);
    return table;
  }

  async digest(handle: TableHandle): Promise<string> {
    if (handle.kind === "plan") throw notOurs();
    return digestTable({ ...handle, path: await this.sourceOf(handle).place() });
  }

  async holds(handle: TableHandle, texts: readonly string[]): Promise<boolean> {
    if (handle.kind === "plan") throw notOurs();
    const { node } = this.planned(
      { kind: "parquet", source: this.sourceOf(handle) },
      columnsShape(handle.columns),
    );
    const plan = textSearch(node, texts);
    if (plan === undefined) return false;
    const found = this.planned(plan, columnsShape([{ name: "found", type: "integer" }]));
    return (await found.rows()).length > 0;
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await Promise.all([...this.#views].map((view) => view.dispose()));
    await Promise.all([...this.#files.values()].map((files) => files.delete()));
  }

  protected csvOf(source: Source, options: CsvOptions): CsvView {
    const view = new CsvView(source, options, {
      tempFolder: this.#engine.tempFolder,
      signal: () => this.#engine.signal,
    });
    this.#views.add(view);
    return view;
  }

  protected handed(): Table {
    throw notOurs();
  }

  /** A table lies in this thread's memory: others need its rows. */
  protected async planOf(): Promise<undefined> {}

  protected csvIn({ plan }: PlanNode): CsvView | undefined {
    return plan.kind === "csv" ? plan.csv : undefined;
  }

  protected filesOf({ plan }: PlanNode): FilePlan<CsvView> | undefined {
    if (plan.kind === "csv") return plan.temporary === true ? undefined : plan;
    return plan.kind === "parquet" && plan.temporary !== true && plan.shaped === undefined ? plan : undefined;
  }

  protected async keep(node: PlanNode, { path, shown }: ShownPath): Promise<string> {
    await this.#runner.writeFile(node, path);
    node.plan = { kind: "parquet", source: ownFile(path, shown) };
    return path;
  }

  protected planned(plan: Plan, shape: Shape): PlannedTable<PlanNode> {
    this.#lastId++;
    return new PlannedTable<PlanNode>(
      {
        session: this,
        rows: (node, limit) => this.#runner.rows(node, limit),
        batches: (node, options) => this.#runner.batches(node, options),
        count: (node) => this.#runner.count(node),
        write: (node, path, request) => this.#write(node, path, request),
        handle: (node, file, as) => this.handle(node, file, as),
      },
      { id: this.#lastId, plan, columns: shape.columns, types: shape.types },
    );
  }

  async #write(node: PlanNode, path: string, request: WriteRequest): Promise<void> {
    this.signal?.throwIfAborted();
    const place = placeOf(path);
    if (place.kind === "web")
      throw new TableError(
        `${place.shown}: nothing is written to a web server. Write to a path, or to s3://.`,
      );
    checkWrite(request, node, place.shown);
    if (request.format === "excel") await this.#engine.need("excel");
    if (place.kind === "bucket") return this.#writeBucket(node, place.path, place.shown, request);
    const { path: full, shown } = this.file(place.path);
    const written = this.run?.written;
    if (request.format !== "parquet")
      return replaceFile(full, shown, (file) => this.#runner.copyTo(node, file, shown, request));
    const isPlain = Object.values(request.options).every((option) => option === undefined);
    if (isPlain) return this.#runner.writeFolder(node, full, shown, written);
    const { mode = "overwrite", partitionBy = [], rowsPerFile } = request.options;
    await replaceFolder(full, shown, written, async (folder) => {
      const isFolder = partitionBy.length > 0 || rowsPerFile !== undefined;
      await this.#runner.copyTo(node, isFolder ? folder : join(folder, "part-0.parquet"), shown, request);
      if (isFolder) await nameInOrder(folder);
      if (mode === "overwrite") return;
      const fresh = new Set((await filesBelow(folder)).map((file) => dirname(file)));
      await addOlder(full, folder, (inside) => mode === "partitions" && fresh.has(inside));
      await this.#checkTogether(folder, shown);
    });
  }

  /** @throws {TableError} where what was added doesn't go with what was there. */
  async #checkTogether(folder: string, shown: string): Promise<void> {
    try {
      const table = await this.readParquet(folder);
      await table.rows(0);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      throw new TableError(
        `${shown}: the rows don't go with those that are there: ${error.message.replaceAll(basename(folder), basename(shown))}`,
      );
    }
  }

  async #writeBucket(node: PlanNode, path: string, shown: string, request: WriteRequest): Promise<void> {
    await this.#remote("bucket");
    if (request.format !== "parquet") return this.#runner.copyTo(node, path, shown, request);
    const { mode = "overwrite", partitionBy = [], rowsPerFile } = request.options;
    if (mode !== "overwrite" || partitionBy.length > 0 || rowsPerFile !== undefined)
      throw new TableError(
        `${shown}: a folder in a bucket is written as one file, in mode "overwrite". Write partitions to a path of this machine, or on Spark.`,
      );
    const base = path.replace(/\/+$/, "");
    const [file, mark] = [`${base}/part-0.parquet`, `${base}/_SUCCESS`];
    const finder = await this.#finder();
    const others = (await finder.glob(`${base}/**`)).filter((there) => there !== file && there !== mark);
    if (others.length > 0)
      throw new TableError(
        `${shown}: has other objects in it (${someOf(others)}), which would be read with the rows. Remove them, or write to another folder.`,
      );
    await this.#runner.copyTo(node, file, shown, request);
    await this.#engine.use((connection) =>
      connection.run(`COPY (SELECT ''::BLOB AS content) TO ${literal(mark)} (FORMAT blob)`),
    );
  }

  async #stored(shape: Shape, fill: (name: string) => Promise<void>): Promise<PlannedTable<PlanNode>> {
    const name = `_millrace_data_${++this.#lastId}`;
    try {
      await fill(name);
    } catch (error) {
      throw tableError(error, "Keeping a table in memory");
    }
    const table = this.planned({ kind: "stored", name }, shape);
    this.#unreachable.register(table.node, name);
    return table;
  }

  /** A node whose rows come in the same order each time: those of a query are computed once and kept. */
  async #fixed(node: PlanNode): Promise<PlanNode> {
    if (node.plan.kind !== "query" && node.plan.kind !== "union") return node;
    const stored = await this.#stored(node, (name) => this.#runner.store(node, name));
    return stored.node;
  }

  async #makeCheckable(nodes: readonly PlanNode[]): Promise<void> {
    const make = (node: PlanNode) => () =>
      this.#engine.use(async (connection) => {
        await connection.run(`CREATE OR REPLACE TABLE ${nodeName(node)} AS ${emptyRelation(node.columns)}`);
      });
    await Promise.all(nodes.map((node) => madeOnce(this.#checkable, node, make(node))));
  }
}

function notOurs(): TableError {
  return new TableError("The table is a plan of a Spark session, which only that computes.");
}
