import { readlinkSync, realpathSync } from "node:fs";
import nodePath, { basename, dirname, join, type PlatformPath, resolve } from "node:path";

/**
 * Whether a path is a folder or lies in it, by their names alone: nothing is looked at. Both absolute.
 * @param rules of the system whose paths they are; default: this one's.
 */
export function isNamedBelow(path: string, folder: string, rules: PlatformPath = nodePath): boolean {
  const inside = rules.relative(folder, path);
  return inside !== ".." && !inside.startsWith(`..${rules.sep}`) && !rules.isAbsolute(inside);
}

/**
 * A path as it is kept in a file: relative to a folder, with `/`, so that another system reads it, too. `join` with the
 * folder is the way back, on every system.
 * @returns undefined for one that isn't below the folder.
 */
export function pathFrom(folder: string, path: string, rules: PlatformPath = nodePath): string | undefined {
  if (!isNamedBelow(path, folder, rules)) return undefined;
  // On POSIX a name may have a backslash, which stays.
  return rules.relative(folder, path).replaceAll(rules.sep, "/");
}

/**
 * Whether a path is a folder or lies in it, wherever links on the way lead. What isn't there yet lies where its
 * nearest folder does.
 */
export function isBelow(path: string, folder: string): boolean {
  return isNamedBelow(realPath(path), realPath(folder));
}

function realPath(path: string, linksLeft = 40): string {
  const absolute = resolve(path);
  try {
    return realpathSync.native(absolute);
  } catch {
    const parent = dirname(absolute);
    if (parent === absolute) return absolute;
    const beside = realPath(parent, linksLeft);
    const target = linkTarget(absolute);
    // A link to what isn't there: whoever writes to it makes that.
    if (target !== undefined && linksLeft > 0) return realPath(resolve(beside, target), linksLeft - 1);
    return join(beside, basename(absolute));
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // no link, or not there
  }
}
