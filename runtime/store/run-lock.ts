import { statSync } from "node:fs";
import { link, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freshPath } from "../disk/fresh-path.ts";
import { syncFile } from "../disk/sync.ts";
import { UserError } from "../errors/user-error.ts";
import { type KnownProcess, thisProcess } from "../processes/known-process.ts";
import { ProcessWatch } from "../processes/liveness.ts";
import { limits, readInRun } from "./read-in-run.ts";
import { runPaths } from "./run-folder.ts";
import { knownProcess } from "./run-info.ts";
import { fits } from "./shape.ts";

/** Thrown where a run is to be written to while another process writes to it. */
export class RunLockedError extends UserError {
  override readonly name = "RunLockedError";
}

/** Thrown where a run is to be written to by a process that another one has taken it over from. */
export class RunTakenError extends UserError {
  override readonly name = "RunTakenError";
}

/** What the run's only writer holds. */
export interface RunLock {
  /** The how manieth writer of the run this is: higher than that of any before. */
  readonly number: number;
  /** What is there as soon as another process has taken the run over. */
  readonly successor: string;
  /** @throws {RunTakenError} when another process has taken the run over, since this one seemed to be gone. */
  check(): void;
  /** Gives the lock back. */
  release(): Promise<void>;
}

/**
 * Makes this process the run's only writer. What a dead one left is taken over.
 *
 * Whoever takes the run makes the next of the files `lock-1`, `lock-2`, ..., which only one can; the last
 * one tells the holder, and is empty when that has given it back. None is deleted or made again, so nobody
 * takes over on the word of a file that isn't there any more. A process that was only stopped, and wakes up
 * after that, sees by the next one that it holds the run no more.
 * @param above the highest number that is known to have written to the run.
 * @throws {RunLockedError} while another process holds it.
 */
export async function lockRun(runFolder: string, above = 0): Promise<RunLock> {
  for (;;) {
    const last = await lastLock(runFolder);
    const holder = last === 0 ? undefined : await readLock(runFolder, last);
    const watch = new ProcessWatch(runPaths(runFolder).heartbeat);
    if (holder !== undefined && (await watch.decide(holder)) === "alive") {
      throw new RunLockedError(
        `The run is being run by process ${holder.pid} on ${holder.name}. Cancel it first, or wait until it has ended.`,
      );
    }
    const number = Math.max(last, above) + 1;
    const own = lockFile(runFolder, number);
    if (!(await takeLock(own))) continue;
    const successor = lockFile(runFolder, number + 1);
    const check = () => {
      if (statSync(successor, { throwIfNoEntry: false }) === undefined) return;
      throw new RunTakenError(
        `Another process has taken over the run ${runFolder}, since this one seemed to be gone: it stood still. This one has stopped.`,
      );
    };
    return { number, successor, check, release: () => truncate(own) };
  }
}

/** Whoever holds the run by a lock; undefined where it was given back. */
async function readLock(runFolder: string, number: number): Promise<KnownProcess | undefined> {
  const text = String(await readInRun(runFolder, lockName(number), limits.lock));
  if (text === "") return undefined;
  try {
    const holder: unknown = JSON.parse(text);
    if (fits(knownProcess, holder)) return holder;
  } catch {
    // torn, as below
  }
  // Whose it is can't be read: the run's heartbeat tells whether somebody runs it.
  return { id: "", name: "a machine that isn't known", container: false, pid: 0, pidStarted: undefined };
}

async function lastLock(runFolder: string): Promise<number> {
  const numbers = (await readdir(runFolder)).map((name) => Number(/^lock-(\d+)$/.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** @returns false if another process was first. */
async function takeLock(lock: string): Promise<boolean> {
  const holder = JSON.stringify(await thisProcess());
  const temporary = freshPath(lock);
  try {
    await writeFile(temporary, holder);
    await syncFile(temporary); // a power cut may take it, and doesn't leave a part of it
    await link(temporary, lock).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      await writeFile(lock, holder, { flag: "wx" }); // a file system without links
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false; // fs rejects with nothing else
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function lockName(number: number): string {
  return `lock-${number}`;
}

function lockFile(runFolder: string, number: number): string {
  return join(runFolder, lockName(number));
}
