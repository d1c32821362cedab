import { readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Whether a path is a folder or lies in it, by their names alone: nothing is looked at. Both absolute. */
export function isNamedBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
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
