import { join } from "node:path";
import { digestBytes, digestTree } from "../disk/tree-digest.ts";
import type { ContentDigest, ResultRef, RunEventBody } from "../events/run-event.ts";

/** A file, or folder of files, that a result or an event speaks of. */
export interface NamedFile {
  /** Relative to the run's folder. */
  readonly path: string;
  /** Undefined where an earlier version kept none. */
  readonly digest: ContentDigest | undefined;
}

/** What of a result lies in its run's folder. */
export function filesOfResult({ stored, sha256, bytes, tables = [] }: ResultRef): NamedFile[] {
  const files: NamedFile[] = tables
    .filter(({ handle }) => handle.path.startsWith("./"))
    .map(({ handle, digest }) => ({ path: handle.path, digest }));
  if (typeof stored === "object" && "file" in stored)
    files.push({ path: stored.file, digest: { sha256, bytes } });
  return files;
}

/** What an event speaks of. */
export function filesOfEvent(event: RunEventBody): NamedFile[] {
  switch (event.type) {
    case "task-run-state":
    case "flow-run-state":
      return event.result === undefined ? [] : filesOfResult(event.result);
    case "artifact":
      return [{ path: event.file, digest: event.digest }];
    case "run-started":
    case "flow-run-created":
    case "task-run-created":
    case "task-run-adopted":
    case "map-created":
    case "map-state":
    case "resource-created":
    case "resource-state":
    case "log":
    case "progress":
    case "cancel-requested":
      return [];
    default:
      event satisfies never;
      return [];
  }
}

/**
 * Whether a result is what it was when it was written: asked of each that is taken from an earlier attempt or
 * from the cache. One that an earlier version kept without a digest isn't known to be.
 * @param fileIn where a file of the result lies.
 * @param isKnown whether a file that is there needn't be read to be known.
 */
export async function isWholeResult(
  result: ResultRef,
  fileIn: (path: string) => string,
  isKnown: (file: string) => Promise<boolean> = never,
): Promise<boolean> {
  const { stored, sha256 } = result;
  if (typeof stored === "object" && "inline" in stored) {
    const bytes = Buffer.from(stored.inline, "base64");
    if (digestBytes(bytes).sha256 !== sha256) return false;
  }
  return areWholeFiles(filesOfResult(result), fileIn, isKnown);
}

async function never(): Promise<boolean> {
  return false;
}

/** The same of files. */
export async function areWholeFiles(
  files: readonly NamedFile[],
  fileIn: (path: string) => string,
  isKnown: (file: string) => Promise<boolean> = never,
): Promise<boolean> {
  for (const { path, digest } of files) if (!(await isWholeFile(fileIn(path), digest, isKnown))) return false;
  return true;
}

async function isWholeFile(
  path: string,
  digest: ContentDigest | undefined,
  isKnown: (file: string) => Promise<boolean>,
): Promise<boolean> {
  if (digest === undefined) return false;
  try {
    if (await isKnown(path)) return true;
    const now = await digestTree(path);
    return now.bytes === digest.bytes && now.sha256 === digest.sha256;
  } catch {
    return false; // gone, or the disk doesn't give it back: either way it is made again
  }
}

/** Where a file lies in a run's folder. */
export function inRunFolder(runFolder: string): (path: string) => string {
  return (path) => join(runFolder, path);
}
