import { resolve } from "node:path";
import type { SimilarityJoinOptions, Transformer } from "../matching/stages.ts";
import type { InputPaths } from "./files/input-files.ts";
import { madeOnce } from "./made-once.ts";
import { PlannedTable } from "./planned-table.ts";
import type {
  Column,
  CsvOptions,
  EngineSession,
  ExcelOptions,
  FileHandle,
  FileNameOption,
  JsonOptions,
  KnownContent,
  PlanHandle,
  RejectedRow,
  Row,
  SqlInput,
  Table,
  TableHandle,
  TransformOptions,
} from "./session.ts";
import { columnsShape, csvShape, type Shape } from "./shape.ts";
import { type ShownPath, shownPath } from "./shown-path.ts";
import { type RunFolders, Source } from "./source.ts";
import { takenApart, type WrittenQuery } from "./sql-fragment.ts";
import { type BoundValue, boundValue } from "./sql-input.ts";
import { checkLoneValues } from "./sql-lone-values.ts";
import { type SqlWriting, sqlTokens, withoutEnd } from "./sql-tokens.ts";
import { TableError } from "./table-error.ts";
import { unionShape } from "./union-shape.ts";

/** A CSV file as an engine reads it. */
export interface PlannedCsv {
  readonly source: Source;
  readonly options: CsvOptions;
  /** @throws {TableError} if the header isn't what the options say. */
  checkHeader(): Promise<unknown>;
  rejects(): Promise<RejectedRow[]>;
}

/** What a table may be of: files, which a handle can stand for as they are. */
export type FilePlan<Csv> =
  | {
      readonly kind: "csv";
      readonly csv: Csv;
      /** Its file goes with the session: a handle needs one of its own. */
      readonly temporary?: boolean;
    }
  | { readonly kind: "parquet"; readonly source: Source };

/** A table of a session as its engine's plans have it. */
export interface PlannedNode extends Shape {
  /** Whether its rows have an order that a handle has to tell, where the engine doesn't keep it by itself. */
  readonly ordered?: boolean;
}

/** What may stand in a query's template, as a plan has it. */
export type PlannedInput<Node> = { readonly node: Node } | { readonly value: BoundValue };

/** The columns of a query's tables. */
export function columnsOf(inputs: readonly PlannedInput<PlannedNode>[]): readonly Column[] {
  return inputs.flatMap((input) => ("node" in input ? input.node.columns : []));
}

export interface PlannedSessionOptions {
  /** What relative paths are relative to. */
  readonly folder: string;
  /** The run that it is opened in, if it is. */
  readonly run?: RunFolders | undefined;
  /** The signal of whoever is calling: a session outlives the tasks that use it. Asked at each call. */
  readonly signal?: (() => AbortSignal | undefined) | undefined;
}

/**
 * The session of an engine whose tables are nodes of a plan: what is the same for all engines. An engine is what is
 * abstract here; `PlannedTable` has what it does with a node's rows.
 */
export abstract class PlannedSession<Node extends PlannedNode, Csv extends PlannedCsv>
  implements EngineSession
{
  abstract readonly engine: EngineSession["engine"];
  protected readonly folder: string;
  protected readonly run: RunFolders | undefined;
  readonly #signal: (() => AbortSignal | undefined) | undefined;
  readonly #handles = new WeakMap<Node, Promise<TableHandle>>();

  constructor({ folder, run, signal }: PlannedSessionOptions) {
    this.folder = resolve(folder);
    this.run = run;
    this.#signal = signal;
  }

  abstract connect(): Promise<void>;
  abstract readParquet(paths: InputPaths, options?: FileNameOption): Promise<Table>;
  abstract readJson(paths: InputPaths, options?: JsonOptions): Promise<Table>;
  abstract readExcel(paths: InputPaths, options?: ExcelOptions): Promise<Table>;
  abstract catalogTable(name: string): Promise<Table>;
  abstract fromRows(columns: readonly Column[], rows: readonly Row[]): Promise<Table>;
  abstract transform(
    table: Table,
    stages: readonly Transformer[],
    options?: TransformOptions,
  ): Promise<Table>;
  abstract similarityJoin(left: Table, right: Table, options: SimilarityJoinOptions): Promise<Table>;
  abstract digest(handle: TableHandle, known?: KnownContent): Promise<string>;
  abstract holds(handle: TableHandle, texts: readonly string[]): Promise<boolean>;
  abstract close(): Promise<void>;

  /** How it writes SQL. */
  protected abstract readonly writing: SqlWriting;
  /** The table of a query, checked. @param texts with what stands between them, and nothing after the query's end. */
  protected abstract query(texts: readonly string[], inputs: readonly PlannedInput<Node>[]): Promise<Table>;
  /** The table of all rows of several with the columns of a shape, which each has, by name. */
  protected abstract unionOf(nodes: readonly Node[], shape: Shape): Table;
  /** A table of files. @param ordered whether its rows have an order that is to be kept. */
  protected abstract planned(plan: FilePlan<Csv>, shape: Shape, ordered?: boolean): PlannedTable<Node>;
  protected abstract csvOf(source: Source, options: CsvOptions): Csv;
  /** The files that a table is a view over; undefined where its rows are computed. */
  protected abstract filesOf(node: Node): FilePlan<Csv> | undefined;
  /** The CSV file that a table is of. */
  protected abstract csvIn(node: Node): Csv | undefined;
  /** The table of a plan that was handed on. */
  protected abstract handed(handle: PlanHandle): Table;
  /** A computed table's plan, where the engine can hand one on; one that was handed on is as it was. */
  protected abstract planOf(node: Node, as: "rows" | "plan"): Promise<PlanHandle | undefined>;
  /** Writes a table's rows where a run keeps them, and reads them from there from now on. @returns the path. */
  protected abstract keep(node: Node, file: ShownPath): Promise<string>;

  protected get signal(): AbortSignal | undefined {
    return this.#signal?.();
  }

  abstract readCsv(paths: InputPaths, options: CsvOptions): Promise<Table>;

  /** A view over one CSV file of this machine. @param given one that is the session's own, in its place. */
  protected async csvView(file: ShownPath, options: CsvOptions, given?: Source): Promise<PlannedTable<Node>> {
    this.signal?.throwIfAborted();
    const { fileName: _, ...reading } = options;
    const csv = this.csvOf(given ?? (await Source.of(file, "all", this.run)), reading);
    await csv.checkHeader();
    const temporary = given === undefined ? {} : { temporary: true };
    return this.planned({ kind: "csv", csv, ...temporary }, csvShape(reading));
  }

  async sql(strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): Promise<Table> {
    const written = takenApart(strings, inputs);
    const bound = this.#inputs(written.inputs);
    const texts = withoutEnd(written.texts, this.writing);
    checkLoneValues(
      texts,
      sqlTokens(texts, this.writing),
      bound.map((input) => ("value" in input ? input.value : undefined)),
    );
    return this.query(texts, bound);
  }

  async union(tables: Iterable<Table>): Promise<Table> {
    const all = [...tables];
    const nodes = all.map((table) => this.node(table, "union"));
    const [first] = all;
    if (first === undefined) throw new TableError("union: there are no tables. Give at least one.");
    return all.length === 1 ? first : this.unionOf(nodes, unionShape(nodes));
  }

  async rejects(table: Table): Promise<RejectedRow[]> {
    const csv = this.csvIn(this.node(table, "rejects"));
    if (csv !== undefined) return csv.rejects();
    throw new TableError(
      'rejects: the table was not made by readCsv. Give the table that readCsv gave, with onBadRow: "reject".',
    );
  }

  table(handle: TableHandle): Table {
    if (handle.kind === "plan") return this.handed(handle);
    const source = this.sourceOf(handle);
    return handle.kind === "csv"
      ? this.planned({ kind: "csv", csv: this.csvOf(source, handle.options) }, csvShape(handle.options))
      : this.planned({ kind: "parquet", source }, columnsShape(handle.columns), handle.ordered);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A path, and how errors name it. */
  protected file(path: string): ShownPath {
    return shownPath(this.folder, path);
  }

  protected sourceOf(handle: FileHandle): Source {
    return new Source(this.file(handle.path), handle.source, this.run);
  }

  /** @throws {TableError} for a table of another session. */
  protected node(table: Table, what: string): Node {
    if (this.#isOurs(table)) return table.node;
    throw new TableError(`${what}: the table is of another session.`);
  }

  /** A template's inputs. @throws {TableError} for what can't be bound, and for tables of other sessions. */
  #inputs(inputs: WrittenQuery["inputs"]): PlannedInput<Node>[] {
    return inputs.map(({ value, place }) => {
      if (!(value instanceof PlannedTable)) return { value: boundValue(value, place) };
      if (this.#isOurs(value)) return { node: value.node };
      throw new TableError(`sql: input ${place} is a table of another session.`);
    });
  }

  /** What stands for a table: a view is its files, and what was computed is written first, once. */
  protected async handle(node: Node, file: () => string, as: "rows" | "plan"): Promise<TableHandle> {
    const plan = this.#handles.has(node) ? undefined : await this.planOf(node, as);
    return plan ?? madeOnce(this.#handles, node, () => this.#makeHandle(node, file));
  }

  async #makeHandle(node: Node, file: () => string): Promise<TableHandle> {
    const { columns, ordered } = node;
    const order = ordered === true ? { ordered } : {};
    const files = this.filesOf(node);
    switch (files?.kind) {
      case "csv":
        return { kind: "csv", options: files.csv.options, columns, ...files.csv.source.handle };
      case "parquet":
        return { kind: "parquet", columns, ...files.source.handle, ...order };
      case undefined:
        return { kind: "parquet", path: await this.keep(node, this.file(file())), columns, ...order };
    }
  }

  #isOurs(table: Table): table is PlannedTable<Node> {
    return table instanceof PlannedTable && table.session === this;
  }
}
