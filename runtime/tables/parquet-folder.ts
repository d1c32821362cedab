import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { moveFolder } from "../disk/move-folder.ts";
import { syncFolder, syncTree } from "../disk/sync.ts";
import { TableError } from "./session.ts";

/**
 * Replaces a folder as a whole: what `fill` writes goes to a temporary folder beside it, which then takes
 * its place. On any error the old folder stays, and nothing is left beside it.
 * @param shown the path as errors name it.
 */
export async function replaceFolder(
  path: string,
  shown: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const parent = dirname(path);
  await checkReplaceable(path, shown);
  const made = await makeFolder(parent).catch((error: NodeJS.ErrnoException) => {
    throw cantWrite(shown, error);
  });
  const id = randomUUID().slice(0, 8);
  const fresh = join(parent, `.${basename(path)}.${id}.new`);
  const old = join(parent, `.${basename(path)}.${id}.old`);
  try {
    try {
      await mkdir(fresh);
    } catch (error) {
      throw cantWrite(shown, error as NodeJS.ErrnoException); // mkdir rejects with those only
    }
    await fill(fresh);
    await syncTree(fresh);
    const hadOld = await moveFolder(path, old).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return false;
        throw cantWrite(shown, error);
      },
    );
    try {
      await rename(fresh, path);
    } catch (error) {
      if (hadOld) await rename(old, path);
      throw cantWrite(shown, error as NodeJS.ErrnoException); // rename rejects with those only
    }
    await syncFolder(parent);
    if (hadOld) await rm(old, { recursive: true, force: true });
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  }
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

function cantWrite(shown: string, { code, path, message }: NodeJS.ErrnoException): TableError {
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
