import { copyFile, link, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import type { ResultRef } from "../events/run-event.ts";

export interface CacheEntry {
  readonly task: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly result: ResultRef;
  /** Names of the files that the result takes, in `results/` of a run and beside the entry. */
  readonly files: readonly string[];
}

/** Results that outlive their runs, by key: `.millrace/cache/<key>/`. */
export class CacheStore {
  readonly #folder: string;

  constructor(base: string) {
    this.#folder = join(base, ".millrace", "cache");
  }

  /**
   * The result kept under a key, with its files put into the run's folder.
   * @param newerThan milliseconds since 1970.
   */
  async find(key: string, runFolder: string, newerThan: number): Promise<ResultRef | undefined> {
    const folder = this.#entryFolder(key);
    try {
      const entry = await readEntry(join(folder, "entry.json"));
      if (entry === undefined || entry.created < newerThan) return undefined;
      for (const file of entry.files) await linkOrCopy(join(folder, file), join(runFolder, "results", file));
      return entry.result;
    } catch (error) {
      // No entry, or one that another run is replacing, or has pruned, at this moment.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // fs rejects with nothing else
      throw error;
    }
  }

  /** Keeps a result and its files under a key; what was there before goes. */
  async keep(key: string, task: string, result: ResultRef, runFolder: string, now: number): Promise<void> {
    const folder = this.#entryFolder(key);
    const temporary = `${folder}.${process.pid}`;
    await makeFolder(temporary);
    const files = filesOf(result);
    for (const file of files) await linkOrCopy(join(runFolder, "results", file), join(temporary, file));
    const entry: CacheEntry = { task, created: now, result, files };
    await writeFile(join(temporary, "entry.json"), JSON.stringify(entry));
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
      await rm(temporary, { recursive: true, force: true });
      // Another run kept the same at the same time.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  }

  #entryFolder(key: string): string {
    return join(this.#folder, key);
  }
}

/**
 * Reads `entry.json` of a cached result.
 * @returns undefined for one that a power cut left unreadable: its task runs again.
 */
export async function readEntry(path: string): Promise<CacheEntry | undefined> {
  const text = await readFile(path, "utf8");
  try {
    return JSON.parse(text) as CacheEntry; // written by keep only
  } catch {
    return undefined;
  }
}

function filesOf(result: ResultRef): string[] {
  const paths = (result.tables ?? [])
    .map((table) => table.handle.path)
    .filter((path) => path.startsWith("./"));
  if (typeof result.stored === "object" && "file" in result.stored) paths.push(result.stored.file);
  return [...new Set(paths.map((path) => basename(path)))];
}

/** A table's file may be a folder of them. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  if ((await stat(from)).isDirectory()) {
    await makeFolder(to);
    for (const name of await readdir(from)) await linkOrCopy(join(from, name), join(to, name));
    return;
  }
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // link rejects with nothing else
    if (code === "EEXIST") return; // a name stands for its content
    if (code === "ENOENT") throw error;
    await copyFile(from, to); // another file system, or one without links
  }
}
