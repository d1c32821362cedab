import type * as DuckDb from "@duckdb/node-api";
import { literal } from "../tables/duckdb/quoting.ts";
import type { LakePlace } from "./lake-place.ts";

/** What a commit says of itself. All but the operation are absent where it was made outside of a run. */
export interface CommitInfo {
  readonly operation: string;
  /** Of the operation and its rows. */
  readonly digest: string;
  /** How many there are since. */
  readonly rows: number;
  readonly run?: string;
  readonly runAttempt?: number;
  readonly taskRun?: string;
  /** The how manieth of the task run's commits to the dataset it is, from 0. */
  readonly ordinal?: number;
  /** Digest of what the task was called with. */
  readonly inputs?: string;
  /** It first took back this version, and all after it: they count no more. */
  readonly undoes?: number;
}

/** A version of a dataset, from 1. */
export interface Version {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Undefined where another program wrote it. */
  readonly info: CommitInfo | undefined;
}

/** All versions of an attached dataset, the first one first. */
export async function readVersions(
  connection: DuckDb.DuckDBConnection,
  place: LakePlace,
): Promise<readonly Version[]> {
  const found = await connection.runAndReadAll(
    `SELECT snapshot_id, epoch_ms(snapshot_time), commit_extra_info FROM ducklake_snapshots(${literal(place.alias)}) WHERE snapshot_id > 0 ORDER BY snapshot_id`,
  );
  return found.getRows().map(([version, time, info]) => ({
    version: Number(version),
    time: Number(time),
    info: commitInfo(info),
  }));
}

/** The versions that count: those that no later commit has taken back. */
export function alive(versions: readonly Version[]): readonly Version[] {
  const isTakenBack = (version: number) =>
    versions.some((by) => by.version > version && (by.info?.undoes ?? Number.POSITIVE_INFINITY) <= version);
  return versions.filter(({ version }) => !isTakenBack(version));
}

/** The newest version; 0 where there is none. */
export function headOf(versions: readonly Version[]): number {
  return versions.at(-1)?.version ?? 0;
}

function commitInfo(text: unknown): CommitInfo | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const info: unknown = JSON.parse(text);
    return isCommitInfo(info) ? info : undefined;
  } catch {
    return undefined; // another program's
  }
}

function isCommitInfo(info: unknown): info is CommitInfo {
  if (typeof info !== "object" || info === null) return false;
  const known: Partial<Record<keyof CommitInfo, unknown>> = info;
  const isOptional = (value: unknown, type: string) => value === undefined || typeof value === type;
  return (
    typeof known.operation === "string" &&
    typeof known.digest === "string" &&
    typeof known.rows === "number" &&
    isOptional(known.run, "string") &&
    isOptional(known.runAttempt, "number") &&
    isOptional(known.taskRun, "string") &&
    isOptional(known.ordinal, "number") &&
    isOptional(known.inputs, "string") &&
    isOptional(known.undoes, "number")
  );
}
