import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Milliseconds between a flow's being bundled and its run's start, at most. */
const bundlingTime = 60_000;

/**
 * Deletes bundles of flows that were last used before any of the runs that are kept.
 * @param oldestKept when the oldest of them started, milliseconds since 1970.
 * @returns their names.
 */
export async function pruneBundles(
  base: string,
  oldestKept: number,
  { dryRun }: { readonly dryRun: boolean },
): Promise<string[]> {
  const folder = join(base, ".millrace", "bundles");
  const doomed: string[] = [];
  for (const name of await namesIn(folder)) {
    if (!name.endsWith(".mjs")) continue;
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs >= oldestKept - bundlingTime) continue;
    doomed.push(name);
    if (dryRun) continue;
    await rm(path, { force: true });
    await rm(`${path}.map`, { force: true });
  }
  return doomed;
}

/** Deletes cached results made before a time, milliseconds since 1970. @returns the names of their tasks. */
export async function pruneCache(
  base: string,
  before: number,
  { dryRun }: { readonly dryRun: boolean },
): Promise<string[]> {
  const folder = join(base, ".millrace", "cache");
  const doomed: string[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const entry = await readEntry(join(path, "entry.json"));
    if (entry === undefined || entry.created >= before) continue;
    doomed.push(entry.task);
    if (!dryRun) await rm(path, { recursive: true, force: true });
  }
  return doomed;
}

async function readEntry(
  file: string,
): Promise<{ readonly task: string; readonly created: number } | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined; // one that is being written
    throw error;
  });
  return text === undefined ? undefined : JSON.parse(text); // written by CacheStore only, as a whole
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.sort();
}
