import { inspect } from "node:util";
import type { WriteRequest } from "./files/write-options.ts";
import type {
  BatchOptions,
  Column,
  CsvWriteOptions,
  ExcelWriteOptions,
  ParquetWriteOptions,
  Row,
  Session,
  Table,
  TableHandle,
} from "./session.ts";
import { shownTable } from "./shown-table.ts";

/** What a table needs of its session, which knows what to do with a plan's node. */
export interface TableReader<Node> {
  readonly session: Session;
  rows(node: Node, limit: number | undefined): Promise<Row[]>;
  batches(node: Node, options: BatchOptions): AsyncIterable<readonly Row[]>;
  count(node: Node): Promise<number>;
  write(node: Node, path: string, request: WriteRequest): Promise<void>;
  handle(node: Node, file: () => string, as: "rows" | "plan"): Promise<TableHandle>;
}

/** A table that is a node of its engine's plan. */
export class PlannedTable<Node extends { readonly columns: readonly Column[] }> implements Table {
  readonly #reader: TableReader<Node>;
  readonly node: Node;

  constructor(reader: TableReader<Node>, node: Node) {
    this.#reader = reader;
    this.node = node;
  }

  get session(): Session {
    return this.#reader.session;
  }

  get columns(): readonly Column[] {
    return this.node.columns;
  }

  /** What `console.log` and a result's text show of it. */
  [inspect.custom](): string {
    return shownTable(this.columns);
  }

  rows(limit?: number): Promise<Row[]> {
    return this.#reader.rows(this.node, limit);
  }

  batches(options: BatchOptions = {}): AsyncIterable<readonly Row[]> {
    return this.#reader.batches(this.node, options);
  }

  count(): Promise<number> {
    return this.#reader.count(this.node);
  }

  writeParquet(path: string, options: ParquetWriteOptions = {}): Promise<void> {
    return this.#reader.write(this.node, path, { format: "parquet", options });
  }

  writeCsv(path: string, options: CsvWriteOptions = {}): Promise<void> {
    return this.#reader.write(this.node, path, { format: "csv", options });
  }

  writeJson(path: string): Promise<void> {
    return this.#reader.write(this.node, path, { format: "json" });
  }

  writeExcel(path: string, options: ExcelWriteOptions = {}): Promise<void> {
    return this.#reader.write(this.node, path, { format: "excel", options });
  }

  handle(file: () => string, as: "rows" | "plan" = "rows"): Promise<TableHandle> {
    return this.#reader.handle(this.node, file, as);
  }
}
