import { availableParallelism } from "node:os";
import { UsageError } from "../errors/user-error.ts";
import { knowSecret } from "../secrets/known-secrets.ts";
import { parseSessionUrl, secretsOfSession } from "../tables/session-url.ts";
import { TableError } from "../tables/table-error.ts";

/** What a run may be given beside its parameters, as the command line's options have it. */
export interface RunSettings {
  /** `duckdb` or `sc://host:port`. Default: MILLRACE_SESSION, or duckdb. */
  readonly session?: string;
  /** Such as `8GB`. Default: MILLRACE_MEMORY, or most of what there is. */
  readonly memory?: string;
}

/**
 * The session and the memory that options and environment ask for. What is secret of the session is known then.
 * @throws {UsageError} for a session that there can't be.
 */
export function runSettings(options: RunSettings): {
  readonly session: string;
  /** The session without its token. */
  readonly sessionLabel: string;
  /** Bytes. */
  readonly memory?: number;
} {
  const session = options.session ?? (process.env.MILLRACE_SESSION || "duckdb");
  const memory = memorySize(options.memory ?? (process.env.MILLRACE_MEMORY || undefined));
  return {
    ...(memory === undefined ? {} : { memory }),
    session,
    sessionLabel: labelOf(session),
  };
}

function labelOf(session: string): string {
  try {
    const url = parseSessionUrl(session);
    knowSecret(secretsOfSession(url));
    return url.engine === "duckdb" ? url.engine : url.toString();
  } catch (error) {
    throw error instanceof TableError ? new UsageError(error.message) : error;
  }
}

const units = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 };

/** The least that an engine can work with, bytes. */
const leastMemory = 64 * units.mib;

/** @throws {UsageError} for what is no size. */
function memorySize(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const [, number, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]i?b)\s*$/i.exec(given) ?? [];
  const factor = Object.entries(units).find(([name]) => name === unit.toLowerCase())?.[1];
  const bytes = Number(number) * (factor ?? Number.NaN);
  if (bytes >= leastMemory) return Math.floor(bytes);
  throw new UsageError(
    `The memory is '${given}': give a size of at least 64MiB, as --memory 8GB or MILLRACE_MEMORY=512MiB.`,
  );
}

/** @throws {UsageError} for what is no whole number from 1. */
export function threadCount(given: string | undefined): number {
  if (given === undefined) return availableParallelism();
  if (isThreadCount(given)) return Number(given);
  throw new UsageError(`--threads is '${given}': give a whole number from 1 to 512.`);
}

export function isThreadCount(given: string | undefined): given is string {
  const count = Number(given);
  return given !== undefined && Number.isInteger(count) && count >= 1 && count <= 512;
}
