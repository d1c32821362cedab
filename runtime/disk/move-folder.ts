import { cp, rename, rm } from "node:fs/promises";
import { freshPath } from "./fresh-path.ts";
import { syncTree } from "./sync.ts";

/**
 * Renames a folder. One of an image's lower layer can't be renamed (EXDEV): it is copied, and then deleted.
 * @throws what `rename` rejects with.
 */
export async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error; // rename rejects with nothing else
    const copy = freshPath(to);
    try {
      await cp(from, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      await syncTree(copy);
      await rename(copy, to);
    } catch (failure) {
      await rm(copy, { recursive: true, force: true });
      throw failure;
    }
    await rm(from, { recursive: true, force: true });
  }
}
