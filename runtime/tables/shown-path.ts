import { relative, resolve } from "node:path";
import { isNamedBelow } from "../disk/is-below.ts";

/** A path of this machine, and how errors name it. */
export interface ShownPath {
  readonly path: string;
  readonly shown: string;
}

/** A path, and how errors name it: relative to the session's folder, if it lies in it. */
export function shownPath(folder: string, path: string): ShownPath {
  const full = resolve(folder, path);
  const inside = relative(folder, full);
  return { path: full, shown: inside !== "" && isNamedBelow(full, folder) ? inside : full };
}
