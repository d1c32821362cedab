import { freshPrefix, makerOf } from "../disk/fresh-path.ts";
import { ownFolder, ownNames, removeOwn } from "../disk/remove-own.ts";
import { isDeletedRun, isHalfMade } from "./own-names.ts";
import { listRunFolders } from "./run-folder.ts";

/**
 * Deletes what processes left in a store that were killed while they made or deleted something there. What was
 * half made goes only if its maker is certainly gone; that of another machine is left to `prune`, by its age.
 */
export async function removeLeftOvers(base: string): Promise<void> {
  const isLeft = (name: string) => name.startsWith(freshPrefix) && makerOf(name) === "gone";
  for (const inner of [[], ["runs"], ["bundles"], ["cache"]])
    await removeFrom(base, [".millrace", ...inner], isLeft);
  await removeFrom(base, [".millrace", "runs"], isDeletedRun); // whoever began it, nobody wants it
  for (const run of await listRunFolders(base)) await removeFrom(run, ["temporary"], isLeft);
}

/** Deletes what threads' engines had no memory for, once no thread of the run is left. */
export async function removeTemporary(runFolder: string): Promise<void> {
  await removeFrom(runFolder, ["temporary"], (name) => name.startsWith(freshPrefix));
}

/** The same in a run's folder. Only its holder makes anything there, so that of others is of dead ones. */
export async function removeLeftOversOfRun(runFolder: string): Promise<void> {
  const isLeft = (name: string) => isHalfMade(name) && makerOf(name) !== "lives";
  for (const inner of [[], ["results"], ["artifacts"], ["spark"], ["temporary"]])
    await removeFrom(runFolder, inner, isLeft);
}

async function removeFrom(
  base: string,
  names: readonly string[],
  isLeftOver: (name: string) => boolean,
): Promise<void> {
  // A store that is a link is used all the same; it is swept where it lies.
  const folder = await ownFolder(base, ...names).catch(() => undefined);
  if (folder === undefined) return;
  for (const name of await ownNames(folder, isLeftOver)) await removeOwn(folder, name);
}
