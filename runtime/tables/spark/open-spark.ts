import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineShare } from "../engine-share.ts";
import type { EngineSession } from "../session.ts";
import type { SparkUrl } from "../session-url.ts";
import type { RunFolders } from "../source.ts";
import { SparkSession } from "./spark-session.ts";

export interface OpenSparkOptions {
  readonly url: SparkUrl;
  /** What relative paths are relative to. */
  readonly folder: string;
  /** Where tables on their way to Spark are kept, while the session lasts. Default: a temporary folder. */
  readonly workFolder?: string;
  /** A UUID. Sessions with the same share the server's; default: one of its own. */
  readonly sessionId?: string;
  /** Whether the server's session, and what is in the work folder, end with this one. Default true. */
  readonly owner?: boolean;
  /** Spark's settings that the flow gave. */
  readonly config?: Readonly<Record<string, string>>;
  /** The signal of whoever is calling: a session outlives the tasks that use it. Asked at each call. */
  readonly signal?: () => AbortSignal | undefined;
  /** Milliseconds in which a lost connection is tried again. Default 20,000. */
  readonly patience?: number;
  /** Milliseconds after which a connection that nothing comes over is dead. Default 150,000. */
  readonly silence?: number;
  /** The run that it is opened in, if it is. */
  readonly run?: RunFolders;
  /** Of the embedded engine, which reads this machine's files. */
  readonly share?: EngineShare;
  readonly tempFolder?: string;
}

/**
 * Opens a session of a Spark Connect server, Spark 4.0 or later. Nothing is loaded and nobody is asked before the
 * session is first used. Aborting the caller's signal interrupts what it has running on the server.
 */
export function openSpark(options: OpenSparkOptions): EngineSession {
  return new SparkSession({
    owner: true,
    sessionId: randomUUID(),
    ...options,
    workFolder: options.workFolder ?? mkdtempSync(join(tmpdir(), "millrace-spark-")),
  });
}
