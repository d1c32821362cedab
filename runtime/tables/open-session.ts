import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { currentContext } from "../authoring/context.ts";
import { cancellation } from "../authoring/log.ts";
import { type AttachEnvironment, resource } from "../authoring/resource.ts";
import { baseOf } from "../disk/base-folder.ts";
import { WrittenFolders } from "../disk/written-folders.ts";
import { openDuckDb } from "./duckdb/open-duckdb.ts";
import { memoryShare } from "./engine-share.ts";
import type { EngineSession, Session } from "./session.ts";
import { type EngineSettings, engineSettings, type SessionConfig } from "./session-config.ts";
import { parseSessionUrl } from "./session-url.ts";
import { openSpark } from "./spark/open-spark.ts";

/** What all threads need to know: the id of the session that they share, where the engine is a server. */
interface SessionHandle {
  readonly id: string;
  readonly settings: EngineSettings;
}

export interface OpenSessionOptions {
  /**
   * Settings of the engines, such as `{ "spark.sql.shuffle.partitions": 400 }`: each engine takes its own. What says
   * what SQL means, or is the run's own, can't be set. Default: the engine's own.
   */
  readonly config?: SessionConfig;
}

/** What has an engine: the session of a preview has none that it could connect to. */
const engines = new WeakSet<EngineSession>();

const session = resource({
  name: "session",
  setup: (settings: EngineSettings): SessionHandle => ({ id: randomUUID(), settings }),
  attach: ({ id, settings }: SessionHandle, environment: AttachEnvironment): EngineSession => {
    const { session: text, folder, runFolder, thread, threads, machine } = environment;
    const url = parseSessionUrl(text);
    const run = {
      runFolder,
      written: new WrittenFolders(baseOf(runFolder), runFolder, () => currentContext()?.author),
    };
    const engine = {
      tempFolder: join(runFolder, "temporary"),
      ...(machine && { share: { ...machine, memory: memoryShare(machine.memory, threads, machine.slot) } }),
    };
    const open = (): EngineSession => {
      switch (url.engine) {
        case "duckdb":
          return openDuckDb({ folder, run, config: settings.duckdb, signal: cancellation, ...engine });
        case "spark":
          return openSpark({
            url,
            folder,
            workFolder: join(runFolder, "spark"),
            run,
            ...engine,
            config: settings.spark,
            sessionId: id,
            owner: thread === "flow",
            signal: cancellation,
          });
      }
    };
    const opened = open();
    engines.add(opened);
    return opened;
  },
  detach: (attached: EngineSession) => attached.close(),
});

/**
 * Opens the session that the run was started with: DuckDB in this process by default. A flow doesn't name its
 * engine, as a Spark program doesn't name its master.
 * @throws {TableError} if there is no Spark server where it should be, and for settings that can't be set.
 */
export async function openSession({ config = {} }: OpenSessionOptions = {}): Promise<Session> {
  const opened = await session(engineSettings(config));
  if (!engines.has(opened)) return opened;
  try {
    await opened.connect();
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
  return opened;
}
