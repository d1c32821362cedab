import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { shared, type TaskContext } from "../../runtime/authoring/context.ts";
import { WrittenFolders } from "../../runtime/disk/written-folders.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import type { EngineSession, Row, Table } from "../../runtime/tables/session.ts";

/** A run as datasets see it: its folder, a session, and bodies of task runs, each in a try of its own. */
export class RunParts implements AsyncDisposable {
  readonly session: EngineSession;
  readonly logged: string[] = [];
  readonly #id: string;
  readonly #runFolder: string;
  readonly #attempt: number;
  readonly #standing: readonly string[];

  /** @param standing of a further attempt: task runs whose results it has taken from the one before. */
  constructor(base: string, id: string, attempt = 1, standing: readonly string[] = []) {
    this.#id = id;
    this.#attempt = attempt;
    this.#standing = standing;
    this.#runFolder = join(base, ".millrace", "runs", id);
    mkdirSync(this.#runFolder, { recursive: true });
    const written = new WrittenFolders(base, this.#runFolder, () => shared.context.getStore()?.author);
    this.session = openDuckDb({ folder: base, threads: 1, run: { runFolder: this.#runFolder, written } });
  }

  /** Runs a body as a try of a task run. */
  task<T>(taskRun: string, body: () => Promise<T>, attempt = 1, inputs?: string): Promise<T> {
    const context: TaskContext = {
      kind: "task",
      taskRun,
      task: taskRun.replace(/-\d+$/, ""),
      attempt,
      author: {
        run: this.#id,
        runAttempt: this.#attempt,
        taskRun,
        attempt,
        standing: this.#standing,
        ...(inputs === undefined ? {} : { inputs }),
      },
      signal: new AbortController().signal,
      log: (level, message) => void this.logged.push(`${level} ${message}`),
      progress: () => {},
      publish: async () => {},
      secret: () => "",
    };
    return shared.context.run(context, body);
  }

  /** A table of rows whose columns are longs, and strings where a value of the first row is one. */
  table(rows: readonly Row[]): Promise<Table> {
    const columns = Object.entries(rows[0] ?? {}).map(([name, value]) => ({
      name,
      type: typeof value === "string" ? (/^\d{4}-\d\d-\d\d$/.test(value) ? "date" : "string") : "long",
    }));
    return this.session.fromRows(columns, rows);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.session.close();
  }
}

/** Rows, one a line, sorted. */
export async function rowsText(table: Table): Promise<string> {
  const rows = await table.rows();
  return rows
    .map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name}=${shownValue(value)}`)
        .join(" "),
    )
    .sort()
    .join("\n");
}

function shownValue(value: unknown): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}
