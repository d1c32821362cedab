import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { log } from "../../authoring/log.ts";
import type { SimilarityJoinOptions, Transformer } from "../../matching/stages.ts";
import { type ParsedType, parseColumnType, typeName } from "../column-types.ts";
import { digestTable } from "../digest-table.ts";
import { checkParquet, listParquet, someOf } from "../parquet-files.ts";
import {
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
import { type RunFolders, Source } from "../source.ts";
import { boundValue } from "../sql-input.ts";
import { duckDbWriting, withoutEnd } from "../sql-tokens.ts";
import { warnOfDialect } from "../warn-of-dialect.ts";
import { rowTypes, writer, wrongValue } from "../write-values.ts";
import { checkQuery, type QueryPlan } from "./check-query.ts";
import { CsvView } from "./csv-view.ts";
import { DuckDbTable } from "./duckdb-table.ts";
import { Engine, type EngineOptions } from "./engine.ts";
import { tableError } from "./engine-error.ts";
import { parquetShape } from "./parquet-shape.ts";
import { emptyRelation, nodeName, type Plan, type PlanNode, type QueryInput } from "./plan.ts";
import { QueryRunner } from "./query-runner.ts";
import { quoted } from "./quoting.ts";
import { joinBySimilarity } from "./similarity-join.ts";
import { storeTable } from "./stored-table.ts";
import { TemporaryFiles } from "./temporary-files.ts";
import { transformColumns } from "./transform.ts";
import { duckDbValues } from "./write-values.ts";

/** What a plan's columns are. */
interface Shape {
  readonly columns: readonly Column[];
  readonly types: readonly ParsedType[];
}

export class DuckDbSession implements Session {
  readonly engine = "duckdb";
  readonly #folder: string;
  readonly #engine: Engine;
  readonly #runner: QueryRunner;
  readonly #run: RunFolders | undefined;
  readonly #views = new Set<CsvView>();
  /** Tables that SQL can be checked against: each has a table without rows under its name. */
  readonly #checkable = new Map<number, Promise<void>>();
  readonly #handles = new WeakMap<PlanNode, Promise<TableHandle>>();
  /** Drops tables in memory that nobody can read any more. */
  readonly #unreachable: FinalizationRegistry<string>;
  /** By their folder: tables in temporary files. */
  readonly #files = new Map<string, TemporaryFiles>();
  readonly #unreadFiles = new FinalizationRegistry<string>((folder) => {
    const files = this.#files.get(folder);
    this.#files.delete(folder);
    // What can't be deleted now is looked for again when the temporary folder is.
    void files?.delete().catch(() => {});
  });
  #lastId = 0;

  constructor({ run, ...options }: EngineOptions & { readonly run?: RunFolders }) {
    this.#run = run;
    this.#folder = resolve(options.folder);
    this.#engine = new Engine({ ...options, folder: this.#folder });
    this.#runner = new QueryRunner(this.#engine);
    this.#unreachable = new FinalizationRegistry((name) => {
      // A table that can't be dropped goes with the session.
      this.#engine
        .use((connection) => connection.run(`DROP TABLE IF EXISTS ${quoted(name)}`))
        .catch(() => {});
    });
  }

  async readCsv(path: string, options: CsvOptions): Promise<Table> {
    this.#engine.signal?.throwIfAborted();
    const view = this.#csvView(await Source.of(this.#file(path), "all", this.#run), options);
    await view.checkHeader();
    return this.#table({ kind: "csv", view }, csvShape(options));
  }

  async rejects(table: Table): Promise<RejectedRow[]> {
    const { plan } = this.#node(table, "rejects");
    if (plan.kind !== "csv")
      throw new TableError(
        'rejects: the table was not made by readCsv. Give the table that readCsv gave, with onBadRow: "reject".',
      );
    return plan.view.rejects();
  }

  async readParquet(path: string): Promise<Table> {
    const source = await Source.of(this.#file(path), "all", this.#run);
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
      return this.#table({ kind: "parquet", source, ...shaped }, shapeOf(names, types));
    } catch (error) {
      throw tableError(error, shown);
    }
  }

  async sql(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): Promise<Table> {
    const bound = inputs.map((input: unknown, index): QueryInput => {
      if (input instanceof DuckDbTable) {
        if (input.session !== this)
          throw new TableError(`sql: input ${index + 1} is a table of another session.`);
        return { node: input.node };
      }
      return { value: boundValue(input, index) };
    });
    const texts = withoutEnd(strings, duckDbWriting);
    const written: QueryPlan = { kind: "query", texts, inputs: bound };
    await this.#makeCheckable(bound.flatMap((input) => ("node" in input ? [input.node] : [])));
    const { plan, names, types } = await this.#engine.use((connection, api) =>
      checkQuery(connection, api, written),
    );
    warnOfDialect(texts, duckDbWriting);
    return this.#table(plan, shapeOf(names, types));
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
    const node = await this.#fixed(this.#node(table, "transform"));
    const { columns, types, store } = await transformColumns(this.#runner, node, stages, options);
    if (columns.length === 0) return table;
    const added = await this.#stored({ columns, types }, (name) =>
      this.#engine.use((connection, api) => store(connection, api, name)),
    );
    const texts = ["SELECT l.*, r.* FROM ", " l POSITIONAL JOIN ", " r"];
    return this.#table(
      { kind: "query", texts, inputs: [{ node }, { node: added.node }] },
      { columns: [...node.columns, ...columns], types: [...node.types, ...types] },
    );
  }

  async similarityJoin(left: Table, right: Table, options: SimilarityJoinOptions): Promise<Table> {
    const files = new TemporaryFiles(this.#engine);
    const { pairs, inFiles } = await joinBySimilarity(
      this.#runner,
      this.#node(left, "similarityJoin"),
      this.#node(right, "similarityJoin"),
      options,
      files,
      this.#engine.signal,
    );
    if (!inFiles)
      return this.#stored(pairs, (name) =>
        this.#engine.use((connection, api) => storeTable(connection, api, { ...pairs, name }, pairs.values)),
      );
    const { folder } = files;
    const source = new Source({ path: folder, shown: folder }, undefined, undefined);
    const table = this.#table({ kind: "parquet", source, temporary: true }, pairs);
    this.#files.set(folder, files);
    this.#unreadFiles.register(table.node, folder);
    return table;
  }

  table(handle: TableHandle): Table {
    const source = this.#sourceOf(handle);
    if (handle.kind === "csv")
      return this.#table(
        { kind: "csv", view: this.#csvView(source, handle.options) },
        csvShape(handle.options),
      );
    const { columns } = handle;
    return this.#table(
      { kind: "parquet", source },
      { columns, types: columns.map((column) => parseColumnType(column.type)) },
    );
  }

  async digest(handle: TableHandle): Promise<string> {
    return digestTable({ ...handle, path: await this.#sourceOf(handle).place() });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await Promise.all([...this.#views].map((view) => view.dispose()));
    await Promise.all([...this.#files.values()].map((files) => files.delete()));
  }

  #sourceOf(handle: TableHandle): Source {
    return new Source(this.#file(handle.path), handle.source, this.#run);
  }

  #csvView(source: Source, options: CsvOptions): CsvView {
    const view = new CsvView(source, options, {
      tempFolder: this.#engine.tempFolder,
      signal: () => this.#engine.signal,
    });
    this.#views.add(view);
    return view;
  }

  /** A path, and how errors name it: relative to the session's folder, if it lies in it. */
  #file(path: string): { readonly path: string; readonly shown: string } {
    const full = resolve(this.#folder, path);
    const inside = relative(this.#folder, full);
    return {
      path: full,
      shown: inside === "" || inside.startsWith("..") || isAbsolute(inside) ? full : inside,
    };
  }

  #table(plan: Plan, shape: Shape): DuckDbTable {
    this.#lastId++;
    return new DuckDbTable(
      {
        session: this,
        rows: (node, limit) => this.#runner.rows(node, limit),
        batches: (node, options) => this.#runner.batches(node, options),
        count: (node) => this.#runner.count(node),
        writeParquet: (node, path) => {
          const file = this.#file(path);
          return this.#runner.writeFolder(node, file.path, file.shown, this.#run?.written);
        },
        handle: (node, file) => this.#handle(node, file),
      },
      { id: this.#lastId, plan, columns: shape.columns, types: shape.types },
    );
  }

  async #stored(shape: Shape, fill: (name: string) => Promise<void>): Promise<DuckDbTable> {
    const name = `_millrace_data_${++this.#lastId}`;
    try {
      await fill(name);
    } catch (error) {
      throw tableError(error, "Keeping a table in memory");
    }
    const table = this.#table({ kind: "stored", name }, shape);
    this.#unreachable.register(table.node, name);
    return table;
  }

  #node(table: Table, what: string): PlanNode {
    if (table instanceof DuckDbTable && table.session === this) return table.node;
    throw new TableError(`${what}: the table is of another session.`);
  }

  /** A node whose rows come in the same order each time: those of a query are computed once and kept. */
  async #fixed(node: PlanNode): Promise<PlanNode> {
    if (node.plan.kind !== "query") return node;
    const stored = await this.#stored(node, (name) => this.#runner.store(node, name));
    return stored.node;
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
    const { columns, plan } = node;
    if (plan.kind === "csv")
      return { kind: "csv", options: plan.view.options, columns, ...plan.view.source.handle };
    if (plan.kind === "parquet" && plan.temporary !== true && plan.shaped === undefined)
      return { kind: "parquet", columns, ...plan.source.handle };
    const { path, shown } = this.#file(file());
    await this.#runner.writeFile(node, path);
    node.plan = { kind: "parquet", source: new Source({ path, shown }, undefined, undefined) };
    return { kind: "parquet", path, columns };
  }

  /** Calls at the same time make each of them once. */
  async #makeCheckable(nodes: readonly PlanNode[]): Promise<void> {
    const made = [...new Set(nodes)].map((node) => {
      const known = this.#checkable.get(node.id);
      if (known !== undefined) return known;
      const making = this.#engine.use(async (connection) => {
        await connection.run(`CREATE OR REPLACE TABLE ${nodeName(node)} AS ${emptyRelation(node.columns)}`);
      });
      this.#checkable.set(node.id, making);
      making.catch(() => this.#checkable.delete(node.id)); // the next call tries again; this one's caller has the error
      return making;
    });
    await Promise.all(made);
  }
}

function csvShape({ columns }: CsvOptions): Shape {
  const entries = Object.entries(columns);
  return {
    columns: entries.map(([name, type]) => ({ name, type })),
    types: entries.map(([, kind]) => ({ kind })),
  };
}

function shapeOf(names: readonly string[], types: readonly ParsedType[]): Shape {
  return {
    columns: types.map((type, i) => ({ name: names[i] ?? "", type: typeName(type) })),
    types,
  };
}
