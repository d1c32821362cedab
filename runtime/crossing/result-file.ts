import { isAbsolute, join } from "node:path";
import { baseOf } from "../disk/base-folder.ts";
import { isNamedBelow, pathFrom } from "../disk/is-below.ts";
import { readBelowSync } from "../disk/read-file.ts";
import { placeFile } from "../disk/replace-file.ts";
import { syncTree } from "../disk/sync.ts";
import { type ContentDigest, digestTree } from "../disk/tree-digest.ts";
import { UserError } from "../errors/user-error.ts";
import type { ResultRef, ResultTable } from "../events/run-event.ts";
import { hasSecrets, secretsIn, secretTexts } from "../secrets/known-secrets.ts";
import { fromBytes, sha256, toBytes } from "./bytes.ts";
import { type Decoding, decode } from "./decode.ts";
import { encode } from "./encode.ts";
import type { CrossingTable } from "./marks.ts";
import { preview } from "./preview.ts";

/** Results up to this many bytes stand in the event itself; a file for each would cost more than the task. */
const inlineLimit = 4_096;

/**
 * Puts a result where it outlives its thread and its run.
 * @param file beginning of the names of the files it may take, relative to the run folder.
 */
export async function storeResult(
  value: unknown,
  options: {
    readonly what: string;
    readonly runFolder: string;
    readonly file: string;
    readonly resourceId: (value: object) => string | undefined;
    /** Hears that the result holds a secret, which is kept as a part of it. */
    readonly warn: (message: string) => void;
    /** Whether the sessions of its tables are closed: whatever made them has looked for secrets in them. */
    readonly isAfterSessions?: boolean;
    /** What of tables is handed on. */
    readonly tablesAs?: "rows" | "plan";
  },
): Promise<ResultRef> {
  if (value === undefined) return { stored: "nothing", sha256: "", bytes: 0, preview: "undefined" };
  const { what, runFolder, file, resourceId, warn, isAfterSessions = false, tablesAs = "rows" } = options;
  const encoded = encode(value, what, resourceId);
  const [future] = encoded.futures;
  if (future !== undefined)
    throw new Error(`${what} holds the future of '${future.future.run}': await it first.`);
  const tables: ResultTable[] = [];
  let holdsSecret = false;
  for (const [index, { table, mark, path }] of encoded.tables.entries()) {
    const handle = await table.handle(() => join(runFolder, `${file}-${index}.parquet`), tablesAs);
    holdsSecret ||= !isAfterSessions && (await hasSecret(table, handle));
    const stored = { ...handle, path: toStoredPath(handle.path, runFolder) };
    mark.handle = stored;
    const whole = stored.path.startsWith("./") ? { digest: await sealed(handle.path) } : {};
    // A plan may be long: whoever reads it finds it in the value.
    const { kind, path: place } = stored;
    const told = kind === "plan" ? { kind, path: place } : stored;
    tables.push({ path, columns: table.columns, handle: told, ...whole });
  }
  const bytes = toBytes(encoded.value, what);
  if (holdsSecret || secretsIn(bytes).length > 0)
    warn(`${what} holds a secret, and is kept as it is in the run's folder. Return it without.`);
  const about = {
    sha256: sha256(bytes),
    bytes: bytes.byteLength,
    preview: preview(value),
    ...(tables.length === 0 ? {} : { tables }),
  };
  if (bytes.byteLength <= inlineLimit) return { stored: { inline: bytes.toString("base64") }, ...about };
  placeFile(join(runFolder, `${file}.bin`), bytes);
  return { stored: { file: `${file}.bin` }, ...about };
}

/** A session that looks for texts in a table that it has stored. */
interface LookingSession {
  holds(handle: unknown, texts: readonly string[]): Promise<boolean>;
}

/** Rows of a view that are looked through for secrets: its files are not ours. */
const sampledRows = 1_000;

/** Whether a table that a handle stands for has a secret in it. */
async function hasSecret(table: CrossingTable, handle: ResultTable["handle"]): Promise<boolean> {
  if (!hasSecrets()) return false;
  if (handle.kind === "plan" && "plan" in handle)
    return secretsIn(Buffer.from(String(handle.plan), "base64")).length > 0;
  const { session } = table;
  const isView = handle.kind !== "parquet" || handle.source !== undefined;
  if (!isView && "holds" in session) return (session as LookingSession).holds(handle, secretTexts()); // sessions that can, do it so
  if ("engine" in session && session.engine === "spark") return false; // the server would read the files for it
  return secretsIn(toBytes(await table.rows(sampledRows), "A sample of a table")).length > 0;
}

/**
 * The digest of a table's file, or folder of files, while the system has it in memory. Tables are large: the disk
 * gets them here, at the side of what else runs, rather than when the events' writer waits for them.
 */
async function sealed(path: string): Promise<ContentDigest> {
  const [digest] = await Promise.all([digestTree(path), syncTree(path)]);
  return digest;
}

/** Reads a result back, with marks in place of tables and resources. */
export function loadEncoded(ref: ResultRef, runFolder: string): unknown {
  return ref.stored === "nothing" ? undefined : fromBytes(bytesOf(ref.stored, runFolder));
}

/** @param limit the most that a file may have, bytes. */
function bytesOf(
  stored: Exclude<ResultRef["stored"], "nothing">,
  runFolder: string,
  limit = Number.POSITIVE_INFINITY,
): Buffer {
  return "inline" in stored
    ? Buffer.from(stored.inline, "base64")
    : readBelowSync(runFolder, stored.file, limit);
}

/**
 * Reads a result back. Tables are handles again to the session that `decoding` gives.
 * @param limit the most that its file may have, bytes.
 * @throws {UserError} for bytes that are no result, {RefusedFileError} for a file that isn't the run's own.
 */
export function loadResult(
  ref: ResultRef,
  runFolder: string,
  decoding: Omit<Decoding, "result">,
  limit?: number,
): unknown {
  if (ref.stored === "nothing") return undefined;
  const bytes = bytesOf(ref.stored, runFolder, limit);
  return decode(
    fromBytes(bytes),
    {
      ...decoding,
      table: (session, handle) =>
        decoding.table(session, fromStoredHandle(handle as ResultTable["handle"], runFolder)), // as storeResult wrote it
      result: (run) => {
        throw new UserError(`A stored result refers to the run '${run}'.`);
      },
    },
    bytes.length,
  );
}

/**
 * Paths of what is in the run folder, or in the folder that its runs are in, are kept relative to it: it may be seen
 * from a container and from its host.
 */
export function toStoredPath(path: string, runFolder: string): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) return path; // in an engine's storage
  const inRun = pathFrom(runFolder, path);
  if (inRun !== undefined) return `./${inRun}`;
  const inBase = isAbsolute(path) ? pathFrom(baseOf(runFolder), path) : undefined;
  return inBase === undefined ? path : `../../../${inBase}`;
}

/**
 * A handle whose path is this machine's.
 * @throws {UserError} for a path that leads out of the folder that the run is in.
 */
export function fromStoredHandle<H extends { readonly path: string }>(handle: H, runFolder: string): H {
  if (typeof handle !== "object" || typeof handle?.path !== "string")
    throw new UserError("A stored result holds a table without a path.");
  if (!/^\.\.?\//.test(handle.path)) return handle;
  const path = join(runFolder, handle.path);
  if (!isNamedBelow(path, baseOf(runFolder)))
    throw new UserError(
      `A stored result names a table outside of the folder that its run is in: ${handle.path}`,
    );
  return { ...handle, path };
}
