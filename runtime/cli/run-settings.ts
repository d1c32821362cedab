import { availableParallelism } from "node:os";
import { UsageError } from "../errors/user-error.ts";
import { TableError } from "../tables/session.ts";
import { parseSessionUrl } from "../tables/session-url.ts";

/** Options of whatever runs a flow. */
export interface RunSettings {
  readonly session?: string;
  readonly json?: boolean;
  readonly log?: boolean;
}

/**
 * The session and the output that options and environment ask for.
 * @throws {UsageError} for a session that there can't be.
 */
export function runSettings(options: RunSettings): {
  readonly session: string;
  /** The session without its token. */
  readonly sessionLabel: string;
  readonly json: boolean;
  readonly log: boolean;
} {
  const session = options.session ?? (process.env.MILLRACE_SESSION || "duckdb");
  return {
    session,
    sessionLabel: labelOf(session),
    json: options.json ?? false,
    log: options.log ?? false,
  };
}

function labelOf(session: string): string {
  try {
    const url = parseSessionUrl(session);
    return url.engine === "duckdb" ? url.engine : url.toString();
  } catch (error) {
    throw error instanceof TableError ? new UsageError(error.message) : error;
  }
}

/** @throws {UsageError} for what is no whole number from 1. */
export function threadCount(given: string | undefined): number {
  if (given === undefined) return availableParallelism();
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= 512) return count;
  throw new UsageError(`--threads is '${given}': give a whole number from 1 to 512.`);
}
