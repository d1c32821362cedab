import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { RefusedFileError } from "./read-file.ts";

/** Files in a folder that are looked at. */
const mostFiles = 100_000;

/**
 * Sees to it that a path is a regular file, or a folder with only such, before something opens it that would wait
 * for a pipe, or read a device to no end. What isn't there is left to whoever opens it.
 * @throws {RefusedFileError} for anything else.
 */
export async function checkRegular(path: string): Promise<void> {
  let left = mostFiles;
  const visit = async (at: string, depth: number): Promise<void> => {
    const found = await stat(at).catch(() => undefined); // not there
    if (found === undefined || found.isFile()) return;
    if (!found.isDirectory())
      throw new RefusedFileError(`${at} isn't read: it is no regular file and no folder.`);
    const names = await readdir(at);
    left -= names.length;
    if (left < 0 || depth > 8)
      throw new RefusedFileError(`${path} isn't read: it holds too many files and folders.`);
    for (const name of names) await visit(join(at, name), depth + 1);
  };
  await visit(path, 0);
}
