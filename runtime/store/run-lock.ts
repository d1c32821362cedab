import { link, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freshPath } from "../disk/fresh-path.ts";
import { syncFile } from "../disk/sync.ts";
import { UserError } from "../errors/user-error.ts";
import { runPaths } from "./run-folder.ts";
import { isAlive, type RunHost, thisHost } from "./run-host.ts";

/** Thrown where a run is to be written to while another process writes to it. */
export class RunLockedError extends UserError {
  override readonly name = "RunLockedError";
}

/**
 * Makes this process the run's only writer. What a dead one left is taken over.
 *
 * Whoever takes the run makes the next of the files `lock-1`, `lock-2`, ..., which only one can; the last
 * one tells the holder, and is empty when that has given it back. None is deleted or made again, so nobody
 * takes over on the word of a file that isn't there any more.
 * @returns a function that gives the lock back.
 * @throws {RunLockedError} while another process holds it.
 */
export async function lockRun(runFolder: string): Promise<() => Promise<void>> {
  for (;;) {
    const last = await lastLock(runFolder);
    const text = last === 0 ? "" : await readFile(lockFile(runFolder, last), "utf8");
    const holder = text === "" ? undefined : (JSON.parse(text) as RunHost); // written by takeLock only
    const heartbeat = await stat(runPaths(runFolder).heartbeat).catch(() => undefined); // none yet
    if (holder !== undefined && isAlive(holder, heartbeat && Date.now() - heartbeat.mtimeMs)) {
      throw new RunLockedError(
        `The run is being run by process ${holder.pid} on ${holder.name}. Cancel it first, or wait until it has ended.`,
      );
    }
    const own = lockFile(runFolder, last + 1);
    if (await takeLock(own)) return () => truncate(own);
  }
}

async function lastLock(runFolder: string): Promise<number> {
  const numbers = (await readdir(runFolder)).map((name) => Number(/^lock-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** @returns false if another process was first. */
async function takeLock(lock: string): Promise<boolean> {
  const temporary = freshPath(lock);
  try {
    await writeFile(temporary, JSON.stringify(thisHost()));
    await syncFile(temporary); // a power cut may take it, and doesn't leave a part of it
    await link(temporary, lock).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      await writeFile(lock, JSON.stringify(thisHost()), { flag: "wx" }); // a file system without links
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false; // fs rejects with nothing else
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function lockFile(runFolder: string, number: number): string {
  return join(runFolder, `lock-${number}`);
}
