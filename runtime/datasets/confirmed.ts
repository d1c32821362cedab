import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { replaceFile } from "../disk/replace-file.ts";

/** An attempt of a run, to a dataset. */
export interface AttemptOfRun {
  readonly runFolder: string;
  readonly dataset: string;
  /** From 1. */
  readonly runAttempt: number;
}

/** Notes that a task run that ran again found its commit made in an earlier attempt: it counts in this one, too. */
export async function confirm(attempt: AttemptOfRun, version: number): Promise<void> {
  await makeFolder(folderOf(attempt));
  await replaceFile(join(folderOf(attempt), String(version)), "");
}

/** Versions of earlier attempts that are {@link confirm}ed. */
export async function confirmedVersions(attempt: AttemptOfRun): Promise<ReadonlySet<number>> {
  const names = await readdir(folderOf(attempt)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return new Set(names.filter((name) => /^\d+$/.test(name)).map(Number));
}

function folderOf({ runFolder, dataset, runAttempt }: AttemptOfRun): string {
  return join(runFolder, "datasets", dataset, `attempt-${runAttempt}`);
}
