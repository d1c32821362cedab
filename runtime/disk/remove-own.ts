import { lstat, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { RefusedFileError } from "./read-file.ts";

/**
 * A folder below another in which something may be deleted or replaced: neither it nor any on the way to it is a link, so that
 * what is touched in it lies there, and nowhere else.
 * @returns undefined where there is none.
 * @throws {RefusedFileError} for a link, or what is no folder.
 */
export async function ownFolder(base: string, ...names: string[]): Promise<string | undefined> {
  let path = base;
  for (const name of names) {
    path = join(path, name);
    const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw error;
    });
    if (found === undefined) return undefined;
    if (!found.isDirectory())
      throw new RefusedFileError(
        `${path} isn't touched: it is ${found.isSymbolicLink() ? "a link, and what it leads to may be anybody's" : "no folder"}.`,
      );
  }
  return path;
}

/** Names in a folder that are ours to delete, sorted; none where there is no folder. */
export async function ownNames(
  folder: string | undefined,
  isOwn: (name: string) => boolean,
): Promise<string[]> {
  if (folder === undefined) return [];
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter(isOwn).sort();
}

/**
 * The one way to delete what lies in a folder of our own: a name that is ours, with all that it holds. Of a link only
 * the link goes. Another process may delete it at the same time.
 * @param folder as {@link ownFolder} gives it.
 */
export async function removeOwn(folder: string, name: string): Promise<void> {
  if (name !== basename(name) || name === "" || name === "." || name === "..")
    throw new RefusedFileError(`'${name}' isn't deleted: it is no name in ${folder}.`);
  await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
}
