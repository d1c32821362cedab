import { setMaxListeners } from "node:events";
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as DuckDb from "@duckdb/node-api";
import { freshPath } from "../../disk/fresh-path.ts";
import { type EngineShare, threadShare } from "../engine-share.ts";
import { madeOnce } from "../made-once.ts";
import { TableError } from "../table-error.ts";
import { engineProblem } from "./engine-error.ts";
import { type ExtensionName, loadExtension } from "./extensions.ts";
import { type Api, loadDuckDb } from "./load-duckdb.ts";
import { literal, quoted } from "./quoting.ts";

export interface EngineOptions {
  /** What relative paths in SQL are relative to. */
  readonly folder: string;
  readonly threads?: number;
  /** Such as `"1GB"`. */
  readonly memoryLimit?: string;
  /** In place of `threads` and `memoryLimit`. */
  readonly share?: EngineShare;
  /** The engine's settings that the flow gave. */
  readonly config?: Readonly<Record<string, string>>;
  /**
   * Where the engine puts what doesn't fit into memory: in a folder of its own within, for this user only, which is
   * removed when it is closed. Two engines would write into each other's files. Default: the system's.
   */
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
  readonly #loaded = new Map<ExtensionName, Promise<void>>();
  #tempFolder: string | undefined;
  #threads: number | undefined;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Its own, made when it is first asked for. */
  get tempFolder(): string {
    if (this.#tempFolder === undefined) {
      const parent = this.#options.tempFolder ?? tmpdir();
      mkdirSync(parent, { recursive: true, mode: 0o700 });
      // Its name tells whose it is, so that a killed process's can be removed.
      this.#tempFolder = freshPath(join(parent, "engine"));
      mkdirSync(this.#tempFolder, { mode: 0o700 });
    }
    return this.#tempFolder;
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
    this.#instance ??= openInstance(this.#options, this.tempFolder);
    const { api, database } = await this.#instance;
    this.#checkOpen(signal);
    const connection = await database.connect();
    const interrupt = () => connection.interrupt();
    this.#connections.add(connection);
    if (signal !== undefined) setMaxListeners(0, signal); // as many as there are queries at once
    signal?.addEventListener("abort", interrupt);
    this.#count(1);
    const giveBack = () => {
      signal?.removeEventListener("abort", interrupt);
      this.#connections.delete(connection);
      this.#count(-1);
      connection.disconnectSync();
    };
    try {
      await this.#takeThreads(connection);
      this.#checkOpen(signal);
    } catch (error) {
      giveBack();
      throw error;
    }
    return { connection, api, giveBack };
  }

  /** Has an extension at hand, which is installed where it isn't there yet. */
  async need(name: ExtensionName): Promise<void> {
    await madeOnce(this.#loaded, name, () => this.use((connection) => loadExtension(connection, name)));
  }

  /** Ends what runs and frees the memory. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const connection of this.#connections) connection.interrupt();
    const instance = await this.#instance?.catch(() => undefined); // whoever asked for it has its error
    instance?.database.closeSync();
    if (this.#tempFolder !== undefined) await rm(this.#tempFolder, { recursive: true, force: true });
  }

  #count(queries: number): void {
    const { share } = this.#options;
    if (share !== undefined) Atomics.add(share.busy, share.slot, queries);
  }

  async #takeThreads(connection: DuckDb.DuckDBConnection): Promise<void> {
    const { share } = this.#options;
    if (share === undefined) return;
    const threads = threadShare(share);
    if (threads === this.#threads) return;
    this.#threads = threads;
    await connection.run(`SET GLOBAL threads = ${threads}`);
  }

  #checkOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#closed) throw new TableError("The session is closed.");
  }
}

async function openInstance(
  options: EngineOptions,
  tempFolder: string,
): Promise<{ api: Api; database: DuckDb.DuckDBInstance }> {
  const api = await loadDuckDb();
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: tempFolder,
  };
  if (options.threads !== undefined && options.share === undefined)
    settings.threads = String(options.threads);
  const memory = options.share === undefined ? options.memoryLimit : `${options.share.memory}B`;
  if (memory !== undefined) settings.memory_limit = memory;
  try {
    const database = await api.DuckDBInstance.create(":memory:", settings);
    const connection = await database.connect();
    try {
      for (const [name, value] of Object.entries(options.config ?? {}))
        await connection.run(`SET GLOBAL ${quoted(name)} = ${literal(value)}`).catch((error: Error) => {
          throw new TableError(`openSession: duckdb.${name}: ${engineProblem(error).message.split("\n")[0]}`);
        });
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
    if (error instanceof TableError) throw error;
    throw new TableError(`DuckDB can't be started: ${(error as Error).message.split("\n")[0]}`); // its binding throws Errors
  }
}
