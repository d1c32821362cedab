import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { moveFolder } from "../disk/move-folder.ts";
import { syncFolder, syncTree } from "../disk/sync.ts";
import type { WrittenFolders } from "../disk/written-folders.ts";
import { TableError } from "./table-error.ts";

/**
 * Replaces a folder as a whole: what `fill` writes goes to a temporary folder beside it, which then takes
 * its place. On any error the old folder stays, and nothing is left beside it.
 * Within a run, who wrote it and what was there before is kept: see {@link WrittenFolders}.
 * @param shown the path as errors name it.
 */
export async function replaceFolder(
  path: string,
  shown: string,
  written: WrittenFolders | undefined,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(path);
  await checkReplaceable(path, shown);
  const made = await makeFolder(parent).catch((error: NodeJS.ErrnoException) => {
    throw cantWrite(shown, error);
  });
  const kept = await written?.fresh(path);
  const fresh = kept ?? join(parent, `.${basename(path)}.${randomUUID().slice(0, 8)}.new`);
  try {
    await mkdir(fresh).catch((error: NodeJS.ErrnoException) => {
      throw cantWrite(shown, error);
    });
    await fill(fresh);
    await syncTree(fresh);
    const moved = kept === undefined ? swap(path, fresh) : written?.replace(path, fresh);
    await moved?.catch((error: NodeJS.ErrnoException) => {
      throw cantWrite(shown, error);
    });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  }
}

async function swap(path: string, fresh: string): Promise<void> {
  const old = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.old`);
  const hadOld = await moveFolder(path, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(fresh, path);
  } catch (error) {
    if (hadOld) await rename(old, path);
    throw error;
  }
  await syncFolder(dirname(path));
  if (hadOld) await rm(old, { recursive: true, force: true });
}

async function checkReplaceable(path: string, shown: string): Promise<void> {
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw cantWrite(shown, error);
  });
  if (about !== undefined && !about.isDirectory())
    throw new TableError(
      `${shown}: is a file, and a table is written as a folder. Remove it, or write to another path.`,
    );
}

/** The error for a path that can't be written. */
export function cantWrite(shown: string, { code, path, message }: NodeJS.ErrnoException): TableError {
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new TableError(
        `${shown}: can't be written, since ${path === undefined ? "its folder" : dirname(path)} is not writable. Check its permissions, or write to another path.`,
      );
    case "ENOENT":
      return new TableError(
        `${shown}: can't be written, since ${path === undefined ? "its folder" : dirname(path)} takes no folders. Write to another path.`,
      );
    case "EEXIST":
    case "ENOTDIR":
      return new TableError(`${shown}: can't be written, since a part of its path is a file.`);
    case "ENOSPC":
      return new TableError(`${shown}: the disk is full. Make room, then run it again.`);
    default:
      return new TableError(`${shown}: can't be written (${code ?? message}).`);
  }
}
