import { cancellation } from "../authoring/log.ts";
import { type AttachEnvironment, resource } from "../authoring/resource.ts";
import { openDuckDb } from "./duckdb/open-duckdb.ts";
import { type Session, TableError } from "./session.ts";
import { parseSessionUrl } from "./session-url.ts";

const session = resource({
  name: "session",
  setup: () => ({}),
  attach: (_handle: object, { session: url, folder }: AttachEnvironment): Session => {
    const { engine } = parseSessionUrl(url);
    if (engine === "duckdb") return openDuckDb({ folder, signal: cancellation });
    throw new TableError("Spark sessions are not built yet. Run with --session duckdb.");
  },
  detach: (attached: Session) => attached.close(),
});

/**
 * Opens the session that the run was started with: DuckDB in this process by default. A flow doesn't name its
 * engine, as a Spark program doesn't name its master.
 */
export const openSession: () => Promise<Session> = session;
