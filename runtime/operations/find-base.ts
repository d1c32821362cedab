import { statSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The folder whose `.millrace/` is meant in a folder: the nearest one upwards that has one, up to the repository's
 * root. Where none has, and outside of a repository, the folder itself.
 */
export function findBase(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (isFolder(join(at, ".millrace"))) return isInRepository(at) || at === folder ? at : folder;
    if (isThere(join(at, ".git")) || at === dirname(at)) return folder;
  }
}

function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (isThere(join(at, ".git"))) return true;
    if (at === dirname(at)) return false;
  }
}

/** In a worktree and a submodule `.git` is a file. */
function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
