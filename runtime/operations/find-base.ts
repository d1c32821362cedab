import { statSync } from "node:fs";
import { join } from "node:path";
import { foldersUpwards } from "../disk/folders-upwards.ts";

/**
 * The folder whose `.millrace/` is meant in a folder: the nearest one upwards that has one, up to the repository's
 * root. Where none has, and outside of a repository, the folder itself.
 */
export function findBase(folder: string): string {
  for (const at of foldersUpwards(folder)) {
    if (isFolder(join(at, ".millrace"))) return isInRepository(at) || at === folder ? at : folder;
    if (isThere(join(at, ".git"))) return folder;
  }
  return folder;
}

function isInRepository(folder: string): boolean {
  return [...foldersUpwards(folder)].some((at) => isThere(join(at, ".git")));
}

/** In a worktree and a submodule `.git` is a file. */
function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
