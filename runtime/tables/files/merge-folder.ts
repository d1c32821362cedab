import { constants } from "node:fs";
import { copyFile, mkdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { filesBelow } from "./files-below.ts";
import { isHidden } from "./hidden-names.ts";

/**
 * Copies a folder's data files to where newer ones lie, each under its path: behind what is written comes what was there.
 * Names of the newer ones follow, so that rows are read in the order in which they were added.
 * @param replaced which of its folders are left out, since the newer ones are in their place.
 */
export async function addOlder(
  older: string,
  fresh: string,
  isReplaced: (folder: string) => boolean,
): Promise<void> {
  const before = (await dataFilesBelow(older)).filter((name) => !isReplaced(dirname(name)));
  const highest = before.reduce((most, name) => Math.max(most, numberOf(name)), -1);
  for (const name of await dataFilesBelow(fresh)) {
    const number = highest + 1 + Math.max(0, numberOf(name));
    await rename(join(fresh, name), join(fresh, dirname(name), partName(number)));
  }
  for (const name of before) {
    await mkdir(dirname(join(fresh, name)), { recursive: true });
    await copyFile(join(older, name), join(fresh, name), constants.COPYFILE_FICLONE);
  }
}

/** Gives the files of each folder names in the order of their numbers. */
export async function nameInOrder(folder: string): Promise<void> {
  for (const name of await dataFilesBelow(folder))
    await rename(join(folder, name), join(folder, dirname(name), partName(Math.max(0, numberOf(name)))));
}

function partName(number: number): string {
  return `part-${String(number).padStart(5, "0")}.parquet`;
}

function numberOf(name: string): number {
  return Number(/(\d{1,9})[^/\\\d]*\.parquet$/.exec(name)?.[1] ?? -1);
}

/** Paths of data files below a folder. */
export async function dataFilesBelow(folder: string): Promise<readonly string[]> {
  return (await filesBelow(folder)).filter((path) => !isHidden(basename(path)));
}
