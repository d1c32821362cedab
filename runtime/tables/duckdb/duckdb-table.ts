import type { Column, Row, Session, Table, TableHandle } from "../session.ts";
import type { PlanNode } from "./plan.ts";

/** What a table needs of its session. */
export interface TableReader {
  readonly session: Session;
  rows(node: PlanNode, limit: number | undefined): Promise<Row[]>;
  batches(node: PlanNode): AsyncIterable<readonly Row[]>;
  count(node: PlanNode): Promise<number>;
  writeParquet(node: PlanNode, path: string): Promise<void>;
  handle(node: PlanNode, file: () => string): Promise<TableHandle>;
}

export class DuckDbTable implements Table {
  readonly #reader: TableReader;
  readonly node: PlanNode;

  constructor(reader: TableReader, node: PlanNode) {
    this.#reader = reader;
    this.node = node;
  }

  get session(): Session {
    return this.#reader.session;
  }

  get columns(): readonly Column[] {
    return this.node.columns;
  }

  rows(limit?: number): Promise<Row[]> {
    return this.#reader.rows(this.node, limit);
  }

  batches(): AsyncIterable<readonly Row[]> {
    return this.#reader.batches(this.node);
  }

  count(): Promise<number> {
    return this.#reader.count(this.node);
  }

  writeParquet(path: string): Promise<void> {
    return this.#reader.writeParquet(this.node, path);
  }

  handle(file: () => string): Promise<TableHandle> {
    return this.#reader.handle(this.node, file);
  }
}
