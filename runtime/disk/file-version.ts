import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type FileStamp, fileDigest, settle, settled, stampOf } from "./file-digest.ts";

/** What a file held at a moment. Plain data. */
export interface FileVersion {
  /** Below the path, with `/`; `""` where the path is the file itself. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Inode and times: see {@link FileStamp}. */
  readonly stamp: string;
  /** SHA-256 of the content, in hex, where it was asked for or the stamp alone can't tell. */
  readonly sha256?: string;
  /** The stamp alone doesn't tell: the file may have been changed again without getting another one. */
  readonly unsettled?: true;
}

/** What a path held at a moment. Plain data, as JSON has it. */
export interface PathVersion {
  /** Absolute. */
  readonly path: string;
  readonly kind: "file" | "folder" | "nothing";
  /** Which files of a folder count. */
  readonly which: FilesOfFolder;
  /** By name. */
  readonly files: readonly FileVersion[];
}

/**
 * `all`: those in it and in folders within, but for names that begin with `_` or `.`, as Spark reads a folder;
 * `parquet`: those in it whose names end with `.parquet` and don't begin so.
 */
export type FilesOfFolder = "all" | "parquet";

export interface VersionOptions {
  /** Default `all`. */
  readonly which?: FilesOfFolder;
  /**
   * Whose content is read: `all` files'; those of up to so many bytes; only what has to be (default). A digest is needed to
   * know a file again that was touched, copied or checked out anew.
   */
  readonly digest?: "all" | number;
}

/** Bytes of a file that cost no more to read than a tick of the file system's clock. */
const cheaplyRead = 1 << 20;

/** How a path has changed. */
export interface PathChange {
  /** Absolute, the file or, where it was all that there was, the path. */
  readonly file: string;
  readonly how: "added" | "changed" | "removed";
}

/**
 * What a path (a file, a folder, or nothing) holds now. It costs a `stat` for each file, and reading those whose digest
 * is asked for; a file is read once a process for as long as its stamp stays the same. How to use it:
 *
 * - To know later whether something is still what it was: keep the version (it is plain data) and ask
 *   {@link changeOf}. That reads only files whose stamps differ, and of those only ones with a digest.
 * - Take it before you read the files, and ask {@link changeOf} again when you have: a file that was replaced in
 *   between is noticed too.
 * - To compare contents wherever they lie (a key of a cache): ask for `digest: "all"` and take
 *   {@link contentOf}. What is kept for other processes, on other machines too, needs digests: stamps are one
 *   machine's.
 * - A list of files is a version for each.
 * @param path absolute.
 * @throws what the file system rejects with, but for a path that isn't there.
 */
export async function pathVersion(path: string, options: VersionOptions = {}): Promise<PathVersion> {
  const { which = "all", digest = -1 } = options;
  let found = await look(path, which);
  // A moment's wait costs less than reading a large file; a small one is read.
  const large = found.files.find(({ stamp }) => stamp.size > cheaplyRead && !settled(stamp));
  if (large !== undefined) {
    await settle(large.stamp);
    found = await look(path, which);
  }
  const files: FileVersion[] = [];
  for (const { name, file, stamp } of found.files) {
    const unsettled = !settled(stamp);
    const reads = unsettled || digest === "all" || stamp.size <= digest;
    const sha256 = reads ? await fileDigest(file).catch(goneIsUndefined) : undefined;
    files.push({
      name,
      size: stamp.size,
      stamp: stamp.stamp,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(unsettled ? { unsettled } : {}),
    });
  }
  return { path, kind: found.kind, which, files };
}

/**
 * How a path has changed since a version of it was taken, undefined if it hasn't. A file that has another stamp and
 * the same content (it was touched, or copied back) is unchanged if the version has its digest; without, it counts
 * as changed.
 */
export async function changeOf(version: PathVersion): Promise<PathChange | undefined> {
  const { path, kind, which } = version;
  const now = await look(path, which);
  if (now.kind !== kind) {
    const how = kind === "nothing" ? "added" : now.kind === "nothing" ? "removed" : "changed";
    return { file: path, how };
  }
  const before = new Map(version.files.map((file) => [file.name, file]));
  for (const { name, file, stamp } of now.files) {
    const earlier = before.get(name);
    if (earlier === undefined) return { file, how: "added" };
    before.delete(name);
    if (!(await isSame(earlier, file, stamp))) return { file, how: "changed" };
  }
  for (const name of before.keys()) return { file: join(path, name), how: "removed" };
  return undefined;
}

/**
 * A digest of a version's content, wherever it lies: of its files' names and digests.
 * @throws if the version was taken without `digest: "all"`.
 */
export function contentOf({ path, kind, files }: PathVersion): string {
  const content = files.map(({ name, sha256 }) => {
    if (sha256 === undefined) throw new Error(`${join(path, name)}: its version was taken without a digest.`);
    return [name, sha256];
  });
  return createHash("sha256")
    .update(JSON.stringify([kind, content]))
    .digest("hex");
}

async function isSame(earlier: FileVersion, file: string, now: FileStamp): Promise<boolean> {
  if (now.size !== earlier.size) return false;
  if (now.stamp === earlier.stamp && !earlier.unsettled) return true;
  if (earlier.sha256 === undefined) return false;
  return (await fileDigest(file).catch(goneIsUndefined)) === earlier.sha256;
}

interface FoundFile {
  readonly name: string;
  readonly file: string;
  readonly stamp: FileStamp;
}

async function look(
  path: string,
  which: FilesOfFolder,
): Promise<{ readonly kind: PathVersion["kind"]; readonly files: readonly FoundFile[] }> {
  const about = await stat(path, { bigint: true }).catch(goneIsUndefined);
  if (about === undefined) return { kind: "nothing", files: [] };
  if (!about.isDirectory()) return { kind: "file", files: [{ name: "", file: path, stamp: stampOf(about) }] };
  const files = await filesIn(path, "", which, new Set([`${about.dev}:${about.ino}`]));
  return { kind: "folder", files: files.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** @param within folders on the way, since a link may lead back into one. */
async function filesIn(
  folder: string,
  prefix: string,
  which: FilesOfFolder,
  within: ReadonlySet<string>,
): Promise<FoundFile[]> {
  const names = (await readdir(folder)).filter(
    (name) => !/^[_.]/.test(name) && (which === "all" || name.endsWith(".parquet")),
  );
  const found = await Promise.all(
    names.map(async (name): Promise<FoundFile[]> => {
      const file = join(folder, name);
      const about = await stat(file, { bigint: true }).catch(goneIsUndefined);
      if (about === undefined) return []; // removed meanwhile, or a link to nothing
      if (!about.isDirectory()) return [{ name: prefix + name, file, stamp: stampOf(about) }];
      const id = `${about.dev}:${about.ino}`;
      if (which === "parquet" || within.has(id)) return [];
      return filesIn(file, `${prefix}${name}/`, which, new Set([...within, id]));
    }),
  );
  return found.flat();
}

function goneIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
