import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freshPath, makerOf } from "../disk/fresh-path.ts";

/** How the holder shows that it lives. */
export interface Beating {
  /** Milliseconds from one sign to the next. */
  readonly every: number;
  /** So many looks of one who waits, `pause` apart, without a sign, and the holder is taken for dead. */
  readonly looks: number;
}

/** Milliseconds between looks of those who wait. */
const pause = 20;
const usual: Beating = { every: 500, looks: 150 };

/**
 * Does work while no other thread or process does the same in the folder: they wait for each other, in no order. It
 * keeps them from working in vain, no more: the lock of one that stands still is taken, and where two work all the
 * same, the catalog lets only one of them commit.
 * @param signal of whoever waits.
 */
export async function withCommitLock<T>(
  folder: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  { every, looks }: Beating = usual,
): Promise<T> {
  const file = join(folder, "commit.lock");
  const token = basename(freshPath(file)); // tells whose it is
  await take(file, token, looks, signal);
  const beating = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {}); // it was taken by another, who took us for dead
  }, every);
  try {
    return await work();
  } finally {
    clearInterval(beating);
    if ((await holderOf(file)) === token) await rm(file, { force: true });
  }
}

async function take(
  file: string,
  token: string,
  looks: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let last: string | undefined;
  let same = 0;
  for (;;) {
    signal?.throwIfAborted();
    if (await isMade(file, token)) return;
    const [holder, about] = await Promise.all([holderOf(file), stat(file).catch(() => undefined)]); // given back
    const seen = `${holder} ${about?.mtimeMs}`;
    same = seen === last ? same + 1 : 0;
    last = seen;
    const isGone = holder !== undefined && holder !== "" && makerOf(holder) === "gone";
    if (isGone || same > looks) {
      await takeAway(file);
      same = 0;
    } else await sleep(pause * (0.5 + Math.random()));
  }
}

async function isMade(file: string, token: string): Promise<boolean> {
  try {
    await writeFile(file, token, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false; // fs rejects with nothing else
    throw error;
  }
}

async function takeAway(file: string): Promise<void> {
  const away = freshPath(file);
  await rename(file, away).catch(() => {}); // another was as quick
  await rm(away, { force: true });
}

async function holderOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(() => undefined); // given back
}
