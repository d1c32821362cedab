import type { SimilarityJoinOptions, Transformer } from "../../matching/stages.ts";
import { digestTable } from "../digest-table.ts";
import type { InputPaths } from "../files/input-files.ts";
import { madeOnce } from "../made-once.ts";
import { columnsOf, type FilePlan, PlannedSession } from "../planned-session.ts";
import { PlannedTable } from "../planned-table.ts";
import type {
  Column,
  CsvOptions,
  ExcelOptions,
  FileNameOption,
  JsonOptions,
  RejectedRow,
  Row,
  Table,
  TableHandle,
  TransformOptions,
} from "../session.ts";
import { columnsShape, type Shape, shapeOf } from "../shape.ts";
import type { ShownPath } from "../shown-path.ts";
import { ownFile, type RunFolders, type Source } from "../source.ts";
import { duckDbWriting } from "../sql-tokens.ts";
import { TableError } from "../table-error.ts";
import { tableNameParts } from "../table-name.ts";
import { warnOfDialect } from "../warn-of-dialect.ts";
import { rowTypes, writer, wrongValue } from "../write-values.ts";
import { checkQuery, type QueryPlan } from "./check-query.ts";
import { CsvView } from "./csv-view.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { tableError } from "./engine-error.ts";
import { FileAccess } from "./file-access.ts";
import type { FileReading, ReadFiles } from "./file-reading.ts";
import { textSearch } from "./holds-text.ts";
import { giveLakes } from "./lakes.ts";
import { emptyRelation, nodeName, type Plan, type PlanNode, type QueryInput } from "./plan.ts";
import { QueryRunner } from "./query-runner.ts";
import { queryShape } from "./query-shape.ts";
import { quoted } from "./quoting.ts";
import { readCsv } from "./read-csv.ts";
import { readExcel } from "./read-excel.ts";
import { readJson } from "./read-json.ts";
import { readParquet } from "./read-parquet.ts";
import { joinBySimilarity } from "./similarity-join.ts";
import { storeTable } from "./stored-table.ts";
import { TemporaryFiles } from "./temporary-files.ts";
import { transformColumns } from "./transform.ts";
import { type TableWriting, writeTable } from "./write-table.ts";
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
  readonly #reading: FileReading;
  /** Of tables of files, what tells the rows that were left out. */
  readonly #rejects = new WeakMap<PlanNode, ReadFiles["rejects"]>();
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
    this.#reading = {
      engine: this.#engine,
      files: new FileAccess(this.#engine, this.folder, this.run),
      run: this.run,
      make: (plan, shape) => this.planned(plan, shape),
    };
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
    const reading = {
      ...this.#reading,
      runner: this.#runner,
      view: (file: ShownPath, given: CsvOptions, own: Source | undefined) => this.csvView(file, given, own),
      rejects: (view: Table) => super.rejects(view),
    };
    return this.#withRejects(await readCsv(reading, paths, options));
  }

  async readJson(paths: InputPaths, options: JsonOptions = {}): Promise<Table> {
    return this.#withRejects(await readJson(this.#reading, paths, options));
  }

  async readExcel(paths: InputPaths, options: ExcelOptions = {}): Promise<Table> {
    return readExcel(this.#reading, paths, options);
  }

  async readParquet(paths: InputPaths, options: FileNameOption = {}): Promise<Table> {
    return readParquet(this.#reading, this.folder, paths, options);
  }

  #withRejects({ table, rejects }: ReadFiles): Table {
    this.#rejects.set(table.node, rejects);
    return table;
  }

  override async rejects(table: Table): Promise<RejectedRow[]> {
    const rejects = this.#rejects.get(this.node(table, "rejects"));
    return rejects === undefined ? super.rejects(table) : rejects();
  }

  async #lakeTable(sql: string, shown: string): Promise<Table> {
    try {
      const shape = await this.#engine.use((connection, api) => queryShape(connection, api, sql));
      return this.planned(
        { kind: "parquet", source: ownFile(shown), temporary: true, shaped: () => sql },
        shape,
      );
    } catch (error) {
      throw tableError(error, shown);
    }
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
        write: (node, path, request) => writeTable(this.#writing, node, path, request),
        handle: (node, file, as) => this.handle(node, file, as),
      },
      { id: this.#lastId, plan, columns: shape.columns, types: shape.types },
    );
  }

  get #writing(): TableWriting {
    return {
      ...this.#reading,
      runner: this.#runner,
      file: (path) => this.file(path),
      readParquet: (folder) => this.readParquet(folder),
    };
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
