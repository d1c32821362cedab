import { tmpdir } from "node:os";
import type * as DuckDb from "@duckdb/node-api";
import { TableError } from "../session.ts";
import { literal } from "./quoting.ts";

export type Api = typeof DuckDb;

export interface EngineOptions {
  /** What relative paths in SQL are relative to. */
  readonly folder: string;
  readonly threads?: number;
  /** Such as `"1GB"`. */
  readonly memoryLimit?: string;
  /** Where the engine puts what doesn't fit into memory. */
  readonly tempFolder?: string;
  /** The signal of whoever is calling: a session outlives the tasks that use it. Asked at each call. */
  readonly signal?: () => AbortSignal | undefined;
}

export interface LentConnection {
  readonly connection: DuckDb.DuckDBConnection;
  readonly api: Api;
  giveBack(): void;
}

/**
 * One DuckDB instance in memory. The native module is loaded and the instance made when a connection is
 * first asked for, since that costs more than everything else a small task does.
 */
export class Engine {
  readonly #options: EngineOptions;
  #instance: Promise<{ readonly api: Api; readonly database: DuckDb.DuckDBInstance }> | undefined;
  readonly #connections = new Set<DuckDb.DuckDBConnection>();
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  get tempFolder(): string {
    return this.#options.tempFolder ?? tmpdir();
  }

  get signal(): AbortSignal | undefined {
    return this.#options.signal?.();
  }

  /**
   * Lends a connection of its own, so that calls made at the same time don't end each other's results.
   * Rejects with the signal's reason once that is aborted.
   */
  async use<T>(work: (connection: DuckDb.DuckDBConnection, api: Api) => Promise<T>): Promise<T> {
    const { signal } = this;
    const lent = await this.lend();
    try {
      return await work(lent.connection, lent.api);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      lent.giveBack();
    }
  }

  /** The same for whoever can't wait in a callback: they give it back. */
  async lend(): Promise<LentConnection> {
    const { signal } = this;
    this.#checkOpen(signal);
    this.#instance ??= openInstance(this.#options);
    const { api, database } = await this.#instance;
    this.#checkOpen(signal);
    const connection = await database.connect();
    const interrupt = () => connection.interrupt();
    this.#connections.add(connection);
    signal?.addEventListener("abort", interrupt);
    const giveBack = () => {
      signal?.removeEventListener("abort", interrupt);
      this.#connections.delete(connection);
      connection.disconnectSync();
    };
    try {
      this.#checkOpen(signal);
    } catch (error) {
      giveBack();
      throw error;
    }
    return { connection, api, giveBack };
  }

  /** Ends what runs and frees the memory. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const connection of this.#connections) connection.interrupt();
    const instance = await this.#instance?.catch(() => undefined); // whoever asked for it has its error
    instance?.database.closeSync();
  }

  #checkOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#closed) throw new TableError("The session is closed.");
  }
}

async function openInstance(options: EngineOptions): Promise<{ api: Api; database: DuckDb.DuckDBInstance }> {
  // CommonJS: bundled or not, its exports are the default, which TypeScript takes for another module.
  const api = (await import("@duckdb/node-api")).default as unknown as Api;
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: options.tempFolder ?? tmpdir(),
  };
  if (options.threads !== undefined) settings.threads = String(options.threads);
  if (options.memoryLimit !== undefined) settings.memory_limit = options.memoryLimit;
  try {
    const database = await api.DuckDBInstance.create(":memory:", settings);
    const connection = await database.connect();
    try {
      await connection.run("SET GLOBAL errors_as_json = true");
      await connection.run("SET GLOBAL TimeZone = 'UTC'");
      // It takes a file that was replaced within a second by one of its size for the one before, and mixes both.
      await connection.run("SET GLOBAL enable_external_file_cache = false");
      // As Spark's ORDER BY has them.
      await connection.run("SET GLOBAL default_null_order = 'nulls_first_on_asc_last_on_desc'");
      await connection.run(`SET GLOBAL file_search_path = ${literal(options.folder)}`);
    } finally {
      connection.disconnectSync();
    }
    return { api, database };
  } catch (error) {
    throw new TableError(`DuckDB can't be started: ${(error as Error).message.split("\n")[0]}`); // its binding throws Errors
  }
}
