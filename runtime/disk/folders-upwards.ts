import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder, and all that it lies in, up to the root. */
export function* foldersUpwards(folder: string): Generator<string, undefined> {
  for (let at = folder; ; at = dirname(at)) {
    yield at;
    if (at === dirname(at)) return;
  }
}

/**
 * Whether Node finds the package of an import from a folder: in a `node_modules` there or upwards, which may have a
 * link to another place.
 */
export function hasPackage(folder: string, specifier: string): boolean {
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  for (const at of foldersUpwards(folder))
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
  return false;
}
