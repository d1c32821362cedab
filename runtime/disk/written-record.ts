import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { changeOf, type PathVersion } from "./file-version.ts";
import { isNamedBelow, pathFrom } from "./is-below.ts";
import { makeFolder } from "./make-folder.ts";
import { ownFolder, removeOwn } from "./remove-own.ts";
import { replaceFile } from "./replace-file.ts";

/** Who wrote a folder. */
export interface Writer {
  /** The run's id, and which attempt of it. */
  readonly run: string;
  readonly runAttempt: number;
  /** A task run's id, or a flow run's where its body wrote; and which try. */
  readonly taskRun: string;
  readonly attempt: number;
  /** Digest of what it was called with. */
  readonly inputs?: string;
}

/** What a folder holds, wherever it is moved to. */
export type Content = Omit<PathVersion, "path">;

/** One writing of a folder. */
export interface Written {
  readonly writer: Writer;
  readonly wrote: Content;
  /** What was there before this task run first wrote it. */
  readonly before: Content;
  /** Where that is kept, by name: see {@link keptFolders}. */
  readonly kept: string;
  /** Where the new folder was made, by name, beside the path: while it is there, it has not been moved into place. */
  readonly fresh: string;
  /** It is being, or was, taken back: what it wrote is kept under this name. */
  readonly takenBack?: string;
  /** How `before` was written. */
  readonly previous?: Written;
  /** How that was written which this replaces: in effect until it has. */
  readonly replaced?: Written;
}

interface Paths {
  readonly base: string;
  /** Absolute. */
  readonly path: string;
}

/** The path as it is the same on a host and in a container. */
function portable({ base, path }: Paths): string {
  return pathFrom(base, path) ?? path;
}

function keyOf(paths: Paths): string {
  return createHash("sha256").update(portable(paths)).digest("hex").slice(0, 20);
}

export function recordFolder(paths: Paths): string {
  return join(paths.base, ".millrace", "written", keyOf(paths));
}

/**
 * Where versions of a folder are kept: the first is where one is moved to now. Moving takes the same file system, so
 * where that of `.millrace/` is another it is a hidden folder beside the path, which no reader takes for data.
 */
export async function keptFolders(paths: Paths): Promise<readonly [string, ...string[]]> {
  const store = recordFolder(paths);
  const beside = join(dirname(paths.path), ".millrace-kept", keyOf(paths));
  const [here, there] = await Promise.all([deviceOf(paths.base), deviceOf(dirname(paths.path))]);
  return here === there ? [store, beside] : [beside, store];
}

async function deviceOf(path: string): Promise<bigint | undefined> {
  const about = await stat(path, { bigint: true }).catch(goneIsUndefined);
  return about?.dev;
}

export async function makeKeptFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  const parent = dirname(folder);
  if (basename(parent) !== ".millrace-kept") return;
  await mkdir(parent, { recursive: true });
  await replaceFile(join(parent, ".gitignore"), "*\n");
}

/** Names of what is kept of a path, below the given folder. */
export async function namesKept(folder: string): Promise<string[]> {
  return (await foldersIn(folder)).filter((name) => /^(kept|dropped|undone)-[0-9a-f]{8}$/.test(name));
}

/**
 * Deletes what is kept of a path, but for one.
 * @throws {RefusedFileError} if a link leads to where it is kept: what is there may be anybody's.
 */
export async function removeKept(paths: Paths, but: string | undefined): Promise<void> {
  const [here] = await keptFolders(paths);
  const folder =
    here === recordFolder(paths)
      ? await ownFolder(paths.base, ".millrace", "written", keyOf(paths))
      : await ownFolder(dirname(paths.path), ".millrace-kept", keyOf(paths));
  if (folder === undefined) return;
  for (const name of await namesKept(folder)) if (name !== but) await removeOwn(folder, name);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(goneIsUndefined)) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** The last writing of a path, whether or not it is what is there. */
export async function readRecord(paths: Paths): Promise<Written | undefined> {
  const record = await readJson<{ written: Written }>(join(recordFolder(paths), "written.json"));
  return record !== undefined && isOurs(record.written) ? record.written : undefined;
}

/** Whether the names in a record lead nowhere else, whoever wrote it. */
function isOurs({ kept, fresh, takenBack = "undone" }: Written): boolean {
  return [kept, fresh, takenBack].every((name) => name === basename(name) && !/^\.{0,2}$|[\\\0]/.test(name));
}

export async function writeRecord(paths: Paths, written: Written): Promise<void> {
  const folder = recordFolder(paths);
  await makeFolder(folder);
  await replaceFile(
    join(folder, "written.json"),
    `${JSON.stringify({ path: portable(paths), written }, null, 1)}\n`,
  );
}

/** The paths below a base that have a record. */
export async function recordedPaths(base: string): Promise<string[]> {
  const folder = join(base, ".millrace", "written");
  const paths: string[] = [];
  for (const name of await foldersIn(folder)) {
    const record = await readJson<{ path: string }>(join(folder, name, "written.json"));
    if (record === undefined) continue;
    const path = resolve(base, record.path);
    if (isNamedBelow(path, base) && keyOf({ base, path }) === name) paths.push(path);
  }
  return paths;
}

/** How what is at a path now was written, if one of ours did. */
export async function inEffect(path: string, record: Written | undefined): Promise<Written | undefined> {
  for (const written of [record, record?.replaced, record?.previous])
    if (written !== undefined && (await isAt(path, written.wrote))) return written;
  return undefined;
}

/** Whether a path holds that content. */
export async function isAt(path: string, content: Content): Promise<boolean> {
  return (await changeOf({ ...content, path })) === undefined;
}

/** What a run keeps of a path that it wrote, in its own folder, for its later attempts. */
export interface OwnWriting {
  readonly path: string;
  /** Who wrote it last. */
  readonly writer: Writer;
  readonly before: Content;
  /** All task runs that wrote it. */
  readonly taskRuns: readonly string[];
}

function ownFile(runFolder: string, paths: Paths): string {
  return join(runFolder, "written", `${keyOf(paths)}.json`);
}

export async function readOwn(runFolder: string, paths: Paths): Promise<OwnWriting | undefined> {
  return readJson<OwnWriting>(ownFile(runFolder, paths));
}

export async function writeOwn(
  runFolder: string,
  paths: Paths,
  own: Pick<OwnWriting, "writer" | "before">,
): Promise<void> {
  const file = ownFile(runFolder, paths);
  await makeFolder(dirname(file));
  const earlier = (await readOwn(runFolder, paths))?.taskRuns ?? [];
  const taskRuns = [...new Set([...earlier, own.writer.taskRun])];
  const written: OwnWriting = { path: portable(paths), ...own, taskRuns };
  await replaceFile(file, `${JSON.stringify(written, null, 1)}\n`);
}

/** All that a run wrote; paths are absolute. */
export async function allOwn(runFolder: string, base: string): Promise<OwnWriting[]> {
  const folder = join(runFolder, "written");
  const names = (await readdir(folder).catch(goneIsUndefined)) ?? [];
  const all = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readJson<OwnWriting>(join(folder, name))),
  );
  return all.flatMap((own) => (own === undefined ? [] : [{ ...own, path: resolve(base, own.path) }]));
}

/** A file that a power cut left unreadable tells nothing. */
async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch(goneIsUndefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T; // written by this module only
  } catch {
    return undefined;
  }
}

function goneIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
