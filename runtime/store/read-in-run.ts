import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { checkNameBelow, openBelow, readBelow } from "../disk/read-file.ts";

/**
 * The most that is read of each kind of file in a run's folder, in bytes: more than any that Millrace writes.
 * The folder may come from anywhere.
 */
export const limits = {
  info: 4 << 20,
  cancel: 64 << 10,
  lock: 64 << 10,
  artifact: 64 << 20,
  cacheEntry: 16 << 20,
} as const;

/**
 * Reads a file in a run's folder: a regular one, to which no link leads, also none in place of the folder.
 * @param name relative to the folder.
 * @throws {RefusedFileError}; what the file system rejects with.
 */
export function readInRun(runFolder: string, name: string, limit: number): Promise<Buffer> {
  return readBelow(dirname(runFolder), inRun(runFolder, name), limit);
}

/** Opens a file in a run's folder, as {@link readInRun} does. */
export function openInRun(runFolder: string, name: string): Promise<FileHandle> {
  return openBelow(dirname(runFolder), inRun(runFolder, name));
}

function inRun(runFolder: string, name: string): string {
  checkNameBelow(runFolder, name);
  return join(basename(runFolder), name);
}
