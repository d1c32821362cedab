import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { freshPrefix, makerOf } from "../disk/fresh-path.ts";
import { readEntry } from "./cache-store.ts";

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
    const isHalfMade = name.startsWith(freshPrefix) || name.endsWith(".new");
    if (!name.endsWith(".mjs") && !isHalfMade) continue;
    const path = join(folder, name);
    if ((await modified(path)) >= oldestKept - bundlingTime) continue;
    if (isHalfMade) {
      if (!dryRun && makerOf(name) !== "lives") await rm(path, { force: true });
      continue;
    }
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
    const { task, created } = await aboutEntry(path);
    if (created >= before || (name.startsWith(freshPrefix) && makerOf(name) === "lives")) continue;
    if (task !== undefined) doomed.push(task);
    if (!dryRun) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
  return doomed;
}

/** What a cache entry is of; of one that a killed run or a power cut left unfinished only when it was made. */
async function aboutEntry(
  folder: string,
): Promise<{ readonly task: string | undefined; readonly created: number }> {
  const entry = await readEntry(join(folder, "entry.json")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return entry ?? { task: undefined, created: await modified(folder) };
}

/**
 * Deletes what was left of runs by processes that were killed while they made or deleted one.
 * @param before nothing younger goes: it may be about to become a run. Milliseconds since 1970.
 */
export async function pruneTornRuns(base: string, before: number): Promise<void> {
  const folder = join(base, ".millrace", "runs");
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(".new-") && !name.endsWith(".deleted")) continue;
    const path = join(folder, name);
    if (makerOf(name) !== "lives" && (await modified(path)) < before)
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Milliseconds since 1970; never where another process has taken it away meanwhile. */
async function modified(path: string): Promise<number> {
  const about = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return about?.mtimeMs ?? Number.POSITIVE_INFINITY;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.sort();
}
