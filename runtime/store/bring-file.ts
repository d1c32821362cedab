import { copyFile, link, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { freshPath } from "../disk/fresh-path.ts";
import { makeFolder } from "../disk/make-folder.ts";

/** Puts a file, or a folder of files, of the cache or another run into a run, where an earlier attempt may have left a damaged one. */
export async function bringFile(from: string, to: string): Promise<void> {
  const fresh = freshPath(to);
  try {
    await linkOrCopy(from, fresh);
    if ((await stat(from)).isDirectory()) await rm(to, { recursive: true, force: true });
    await rename(fresh, to);
  } finally {
    // Renaming a link to what it is a link to leaves both.
    await rm(fresh, { recursive: true, force: true });
  }
}

/** A table's file may be a folder of them. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  if ((await stat(from)).isDirectory()) {
    await makeFolder(to);
    for (const name of await readdir(from)) await linkOrCopy(join(from, name), join(to, name));
    return;
  }
  try {
    await link(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error; // link rejects with nothing else
    await copyFile(from, to); // another file system, or one without links
  }
}
