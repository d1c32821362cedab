import { randomUUID } from "node:crypto";
import { currentTaskRun, log, progress } from "../../authoring/log.ts";
import type { SparkUrl } from "../session-url.ts";
import { TableError } from "../table-error.ts";
import type { CallContext, SparkClient } from "./spark-client.ts";
import { saidBySpark } from "./spark-error.ts";

export interface ConnectionOptions {
  readonly url: SparkUrl;
  /** A UUID: sessions with the same share the server's. */
  readonly sessionId: string;
  /** Spark's settings that the flow gave. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Whether the server's session begins and ends with this one. */
  readonly owner: boolean;
  /** The signal of whoever is calling: a session outlives the tasks that use it. Asked at each call. */
  readonly signal?: (() => AbortSignal | undefined) | undefined;
  /** Milliseconds in which a lost connection is tried again. */
  readonly patience?: number | undefined;
  /** Milliseconds after which a connection that nothing comes over is dead. */
  readonly silence?: number | undefined;
}

/** What both engines mean alike has to be said to Spark; and how rows are to come. */
export const settings = {
  "spark.sql.session.timeZone": "UTC",
  "spark.sql.ansi.enabled": "true",
  "spark.sql.ansi.doubleQuotedIdentifiers": "true",
  "spark.sql.timestampType": "TIMESTAMP_LTZ",
  "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
  "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
  // Fewer messages; the server keeps each below 4 MB.
  "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
};

/**
 * Spark gives each session a class loader, and compiles each plan's code for each class loader anew. A session that
 * brings no classes does without one, and takes what has been compiled for another. Spark looks at these settings once,
 * at a session's first call, which is too early for the session itself: they take effect in copies of it.
 */
const withoutClasses = {
  "spark.sql.artifact.isolation.enabled": "false",
  "spark.sql.artifact.isolation.alwaysApplyClassloader": "false",
};

const oldest = 4;

/** A session's client, which is loaded and connected when it is first asked for. */
export class Connection {
  readonly #options: ConnectionOptions;
  #client: Promise<SparkClient> | undefined;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** What a call is made for, and by whom. */
  context(what: string): CallContext {
    const { signal } = this.#options;
    return {
      what,
      signal: signal?.(),
      task: currentTaskRun()?.id,
      onProgress: (done, total) => progress(done, total, `${what}: Spark's tasks`),
    };
  }

  checkOpen(): void {
    this.#options.signal?.()?.throwIfAborted();
    if (this.#closed) throw new TableError("The session is closed.");
  }

  async client(): Promise<SparkClient> {
    this.checkOpen();
    this.#client ??= this.#connect();
    this.#client.catch(() => {
      this.#client = undefined; // the next call tries again; this one's caller has the error
    });
    return this.#client;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const client = await this.#client?.catch(() => undefined); // whoever asked for it has its error
    if (client === undefined) return;
    try {
      await client.close(this.#options.owner);
    } catch (error) {
      const { host, port } = this.#options.url;
      log.warn(
        `Spark at ${host}:${port} could not be told that the session has ended (${(error as Error).message}). It ends it by itself when nobody has used it for an hour.`, // gRPC rejects with errors only,
      );
    }
  }

  async #connect(): Promise<SparkClient> {
    const { SparkClient } = await import("./spark-client.ts");
    const { url, sessionId, owner, patience, silence, config } = this.#options;
    // A session that the user names may be another client's too, which may give it classes.
    const ours = owner && url.sessionId === undefined;
    const client = new SparkClient({
      url,
      sessionId: ours ? randomUUID() : (url.sessionId ?? sessionId),
      patience,
      silence,
    });
    const context = this.context("Opening the session");
    try {
      const version = await client.version(context);
      if (!(Number.parseInt(version, 10) >= oldest))
        throw new TableError(
          `Opening the session: the server at ${url.host}:${url.port} runs Spark ${version}. Millrace needs ${oldest}.0 or later.`,
        );
      await client.configure(ours ? { ...settings, ...withoutClasses } : settings, context);
      if (ours && !(await client.moveTo(sessionId))) await client.configure(settings, context);
      if (config !== undefined && Object.keys(config).length > 0) await configure(client, config, context);
      return client;
    } catch (error) {
      await client.close(false);
      throw error;
    }
  }
}

/** @throws {TableError} for settings that a server has for all of its sessions. */
async function configure(
  client: SparkClient,
  config: Readonly<Record<string, string>>,
  context: CallContext,
): Promise<void> {
  try {
    await client.configure(config, context);
  } catch (error) {
    const said = saidBySpark(error);
    const name = /"(spark\.[^"]+)"/.exec(said ?? "")?.[1];
    if (said === undefined || !/CANNOT_MODIFY_(?:STATIC_)?CONFIG|CANNOT_MODIFY_STATIC/.test(said))
      throw error;
    throw new TableError(
      `openSession: ${name ?? Object.keys(config).join(", ")} can't be set for a session: it is the server's. Start the server with it.`,
    );
  }
}
