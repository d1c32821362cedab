import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { freshPrefix, makerOf } from "../disk/fresh-path.ts";
import { runPaths } from "./run-folder.ts";

/**
 * Deletes what processes left in a store that were killed while they made or deleted something there. What was
 * half made goes only if its maker is certainly gone; that of another machine is left to `prune`, by its age.
 */
export async function removeLeftOvers(base: string): Promise<void> {
  const store = join(base, ".millrace");
  const runs = join(store, "runs");
  for (const folder of [store, runs, join(store, "bundles"), join(store, "cache")])
    await removeFrom(folder, (name) => name.startsWith(freshPrefix) && makerOf(name) === "gone");
  await removeFrom(runs, (name) => name.endsWith(".deleted")); // whoever began it, nobody wants it
}

/** The same in a run's folder. Only its holder makes anything there, so that of others is of dead ones. */
export async function removeLeftOversOfRun(runFolder: string): Promise<void> {
  const { results, artifacts } = runPaths(runFolder);
  for (const folder of [runFolder, results, artifacts, join(runFolder, "spark")]) {
    await removeFrom(folder, (name) => isHalfMade(name) && makerOf(name) !== "lives");
  }
}

/** Earlier versions gave other names. */
function isHalfMade(name: string): boolean {
  return name.startsWith(freshPrefix) || name.endsWith(".new");
}

async function removeFrom(folder: string, isLeftOver: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const name of names.filter(isLeftOver))
    await rm(join(folder, name), { recursive: true, force: true, maxRetries: 3 }); // another may delete it as well
}
