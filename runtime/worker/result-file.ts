import { readFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { placeFile } from "../disk/replace-file.ts";
import { syncTree } from "../disk/sync.ts";
import { type ContentDigest, digestTree } from "../disk/tree-digest.ts";
import type { ResultRef, ResultTable } from "../events/run-event.ts";
import { type Decoding, decode, encode, fromBytes, sha256, toBytes } from "./crossing.ts";
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
  },
): Promise<ResultRef> {
  if (value === undefined) return { stored: "nothing", sha256: "", bytes: 0, preview: "undefined" };
  const { what, runFolder, file, resourceId } = options;
  const encoded = encode(value, what, resourceId);
  const [future] = encoded.futures;
  if (future !== undefined)
    throw new Error(`${what} holds the future of '${future.future.run}': await it first.`);
  const tables: ResultTable[] = [];
  for (const [index, { table, mark, path }] of encoded.tables.entries()) {
    const handle = await table.handle(() => join(runFolder, `${file}-${index}.parquet`));
    const stored = { ...handle, path: toStoredPath(handle.path, runFolder) };
    mark.handle = stored;
    const whole = stored.path.startsWith("./") ? { digest: await sealed(handle.path) } : {};
    tables.push({ path, columns: table.columns, handle: stored, ...whole });
  }
  const bytes = toBytes(encoded.value, what);
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
  if (ref.stored === "nothing") return undefined;
  const bytes =
    "inline" in ref.stored
      ? Buffer.from(ref.stored.inline, "base64")
      : readFileSync(join(runFolder, ref.stored.file));
  return fromBytes(bytes);
}

/** Reads a result back. Tables are handles again to the session that `decoding` gives. */
export function loadResult(ref: ResultRef, runFolder: string, decoding: Omit<Decoding, "result">): unknown {
  return decode(loadEncoded(ref, runFolder), {
    ...decoding,
    table: (session, handle) =>
      decoding.table(session, fromStoredHandle(handle as ResultTable["handle"], runFolder)), // as storeResult wrote it
    result: (run) => {
      throw new Error(`A stored result refers to the run '${run}'.`);
    },
  });
}

/**
 * Paths of what is in the run folder, or in the folder that its runs are in, are kept relative to it: it may be seen
 * from a container and from its host.
 */
function toStoredPath(path: string, runFolder: string): string {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) return path; // in an engine's storage
  const inside = relative(runFolder, path);
  if (!inside.startsWith("..") && !isAbsolute(inside)) return `./${inside}`;
  // `<base>/.millrace/runs/<id>` is three folders down.
  const base = resolve(runFolder, "..", "..", "..");
  const below = relative(base, path);
  return below.startsWith("..") || isAbsolute(below) || !isAbsolute(path) ? path : `../../../${below}`;
}

export function fromStoredHandle<H extends { readonly path: string }>(handle: H, runFolder: string): H {
  return /^\.\.?\//.test(handle.path) ? { ...handle, path: join(runFolder, handle.path) } : handle;
}
