import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { makerOf } from "../disk/fresh-path.ts";
import { ownFolder, ownNames, removeOwn } from "../disk/remove-own.ts";
import { readEntry } from "./cache-store.ts";
import { isBundle, isCacheEntry, isDeletedRun, isHalfMade } from "./own-names.ts";
import { readRunInfo } from "./run-folder.ts";

/** Milliseconds between a flow's being bundled and its run's start, at most. */
const bundlingTime = 60_000;

/**
 * Deletes bundles that none of the runs that are kept names; not what a run that is about to start may have made.
 * @returns their names.
 */
export async function pruneBundles(
  base: string,
  kept: readonly { readonly path: string; readonly started: number }[],
  { dryRun, now }: { readonly dryRun: boolean; readonly now: number },
): Promise<string[]> {
  const named = new Set<string>();
  // Runs of earlier versions name none: theirs was last used when they started, or later.
  let nameless = now;
  for (const { path, started } of kept) {
    const info = await readRunInfo(path).catch(() => undefined); // deleted meanwhile
    if (info?.bundle === undefined) nameless = Math.min(nameless, started);
    else named.add(info.bundle);
  }
  const folder = await ownFolder(base, ".millrace", "bundles");
  const doomed: string[] = [];
  if (folder === undefined) return doomed;
  for (const name of await ownNames(folder, (name) => isBundle(name) || isHalfMade(name))) {
    if (named.has(name) || (await modified(join(folder, name))) >= nameless - bundlingTime) continue;
    if (isHalfMade(name)) {
      if (!dryRun && makerOf(name) !== "lives") await removeOwn(folder, name);
      continue;
    }
    doomed.push(name);
    if (dryRun) continue;
    await removeOwn(folder, name);
    for (const end of [".map", ".code.json"]) await removeOwn(folder, `${name}${end}`);
  }
  return doomed;
}

/** Deletes cached results made before a time, milliseconds since 1970. @returns the names of their tasks. */
export async function pruneCache(
  base: string,
  before: number,
  { dryRun }: { readonly dryRun: boolean },
): Promise<string[]> {
  const folder = await ownFolder(base, ".millrace", "cache");
  const doomed: string[] = [];
  if (folder === undefined) return doomed;
  for (const name of await ownNames(folder, (name) => isCacheEntry(name) || isHalfMade(name))) {
    const { task, created } = await aboutEntry(join(folder, name));
    if (created >= before || (isHalfMade(name) && makerOf(name) === "lives")) continue;
    if (task !== undefined) doomed.push(task);
    if (!dryRun) await removeOwn(folder, name);
  }
  return doomed;
}

/** Deletes cached results of which a table lies below a URL, whose tables are about to go. */
export async function pruneCacheOf(base: string, url: string): Promise<void> {
  const folder = await ownFolder(base, ".millrace", "cache");
  if (folder === undefined) return;
  for (const name of await ownNames(folder, isCacheEntry)) {
    const entry = await readEntry(join(folder, name, "entry.json")).catch(() => undefined); // a digest's, or none
    if (entry?.result.tables?.some(({ handle }) => handle.path.startsWith(`${url}/`)))
      await removeOwn(folder, name);
  }
}

/** What a cache entry is of; of one that a killed run or a power cut left unfinished only when it was made. */
async function aboutEntry(
  folder: string,
): Promise<{ readonly task: string | undefined; readonly created: number }> {
  const entry = await readEntry(join(folder, "entry.json")).catch(() => undefined); // none, or none that can be read
  return entry ?? { task: undefined, created: await modified(folder) };
}

/**
 * Deletes what was left of runs by processes that were killed while they made or deleted one.
 * @param before nothing younger goes: it may be about to become a run. Milliseconds since 1970.
 */
export async function pruneTornRuns(base: string, before: number): Promise<void> {
  const folder = await ownFolder(base, ".millrace", "runs");
  if (folder === undefined) return;
  for (const name of await ownNames(folder, (name) => isHalfMade(name) || isDeletedRun(name))) {
    if (makerOf(name) !== "lives" && (await modified(join(folder, name))) < before)
      await removeOwn(folder, name);
  }
}

/** Milliseconds since 1970; never where another process has taken it away meanwhile. */
async function modified(path: string): Promise<number> {
  const about = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return about?.mtimeMs ?? Number.POSITIVE_INFINITY;
}
