import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { freshPath } from "../disk/fresh-path.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { replaceFile } from "../disk/replace-file.ts";
import { seal, unseal } from "../disk/sealed.ts";
import { syncFolder, syncTree } from "../disk/sync.ts";
import { treeStamp } from "../disk/tree-stamp.ts";
import type { ResultRef } from "../events/run-event.ts";
import { bringFile, linkOrCopy } from "./bring-file.ts";
import { resultRef } from "./event-shape.ts";
import { limits, readInRun } from "./read-in-run.ts";
import { filesOfResult, inRunFolder, isWholeResult } from "./result-files.ts";
import { anything, fits, maybe, object, properties, text, time } from "./shape.ts";

export interface CacheEntry {
  readonly task: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Its files lie beside the entry, as in `results/` of a run. */
  readonly result: ResultRef;
  /** What its task read besides its arguments, as whoever keeps it tells it: see {@link CacheStore.find}. */
  readonly reads: unknown;
}

/** With what tells that its files are what they were: see {@link treeStamp}. */
interface StampedEntry extends CacheEntry {
  readonly stamps: { readonly [file: string]: unknown } | undefined;
}

const cacheEntry = object<StampedEntry>({
  task: text,
  created: time,
  result: resultRef,
  reads: anything,
  stamps: maybe(properties),
});

/** Results that outlive their runs, by key: `.millrace/cache/<key>/`. */
export class CacheStore {
  readonly #folder: string;

  constructor(base: string) {
    this.#folder = join(base, ".millrace", "cache");
  }

  /**
   * The result kept under a key, with its files put into the run's folder; undefined, so that it is made
   * again, if it isn't what was kept.
   * @param newerThan milliseconds since 1970.
   * @param isStillSo whether what its task read is what it was.
   */
  async find(
    key: string,
    runFolder: string,
    newerThan: number,
    isStillSo: (reads: unknown) => Promise<boolean>,
  ): Promise<ResultRef | undefined> {
    const folder = this.#entryFolder(key);
    try {
      const entry = await readEntry(join(folder, "entry.json"));
      if (entry === undefined || entry.created < newerThan) return undefined;
      const { result, reads, stamps = {} } = entry;
      if (!(await isStillSo(reads))) return undefined;
      // Large files whose digest was recorded when they were written aren't read again.
      const isKnown = async (file: string) => {
        const stamp = stamps[basename(file)];
        return stamp !== undefined && stamp === (await treeStamp(file));
      };
      if (await isWholeResult(result, inRunFolder(runFolder), isKnown)) return result; // this run has found it before
      if (!(await isWholeResult(result, (path) => join(folder, basename(path)), isKnown))) return undefined;
      for (const file of namesOf(result))
        await bringFile(join(folder, file), join(runFolder, "results", file));
      return result;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException; // fs rejects with nothing else
      // No entry, or one that another run is replacing, or has pruned, at this moment; or no folder of them, which keeping one tells.
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  }

  /** Keeps a result and its files under a key; what was there before goes. */
  async keep(key: string, entry: CacheEntry, runFolder: string): Promise<void> {
    const { result } = entry;
    const folder = this.#entryFolder(key);
    const temporary = freshPath(folder);
    await makeFolder(temporary);
    const stamps: Record<string, string> = {};
    try {
      for (const file of namesOf(result)) {
        await linkOrCopy(join(runFolder, "results", file), join(temporary, file));
        await syncTree(join(temporary, file));
        const stamp = await treeStamp(join(temporary, file));
        if (stamp !== undefined) stamps[file] = stamp;
      }
      const stamped: StampedEntry = { ...entry, stamps };
      await replaceFile(join(temporary, "entry.json"), seal(JSON.stringify(stamped)));
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      const { code } = error as NodeJS.ErrnoException; // fs rejects with nothing else
      // Another run kept the same at the same time.
      if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
    }
  }

  #entryFolder(key: string): string {
    return join(this.#folder, key);
  }
}

function namesOf(result: ResultRef): Set<string> {
  return new Set(filesOfResult(result).map(({ path }) => basename(path)));
}

/**
 * Reads `entry.json` of a cached result.
 * @returns undefined for one that isn't what was written: its task runs again.
 */
export async function readEntry(path: string): Promise<StampedEntry | undefined> {
  const entry = unseal(String(await readInRun(dirname(path), basename(path), limits.cacheEntry)));
  if (entry === undefined) return undefined;
  const value: unknown = JSON.parse(entry); // sealed, so that it is what keep wrote, or what another version did
  return fits(cacheEntry, value) ? value : undefined;
}
