import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** Milliseconds between two beats. */
export const beatInterval = 500;
/** A heartbeat that stands still for so long, milliseconds, is that of a process that is gone, or stopped. */
export const stillLimit = 2_000;
/** Longer than any heartbeat's text. */
const longest = 128;

const { O_RDONLY, O_WRONLY, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants; // Windows has neither of two

/** What a heartbeat thread is given. */
export interface HeartbeatWork {
  readonly file: string;
  /** Told apart from all others that ever beat there. */
  readonly mark: string;
  /** When this is there, another process has taken over: the thread stops. */
  readonly until: string;
}

/** Writes one beat. Throws nothing: a heartbeat that can't be written is one that stands still. */
export function writeBeat(file: string, mark: string, count: number): void {
  try {
    const fd = openSync(file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
    try {
      if (fstatSync(fd).isFile()) writeSync(fd, `${mark} ${process.pid} ${count}`.padEnd(79).concat("\n"), 0);
    } finally {
      closeSync(fd); // a network's file system passes on what was written when it is closed
    }
  } catch {
    // told by what reads it
  }
}

/** What a heartbeat says now; undefined where there is none, or what is there is no regular file. */
export function readBeat(file: string): string | undefined {
  try {
    const fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!fstatSync(fd).isFile()) return undefined;
      const bytes = Buffer.alloc(longest);
      return bytes.toString("latin1", 0, readSync(fd, bytes, 0, longest, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
