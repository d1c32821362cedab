import { sep } from "node:path";

/**
 * Whether a file or folder of data, by its name, is one that isn't looked at, as Spark doesn't: what begins with `_` or
 * `.`.
 */
export function isHidden(name: string): boolean {
  return /^[_.]/.test(name);
}

/** The same of what is inside of a folder, by its path there: it is hidden where a part of that is. */
export function isHiddenWithin(path: string): boolean {
  return path.replaceAll(sep, "/").split("/").some(isHidden);
}
