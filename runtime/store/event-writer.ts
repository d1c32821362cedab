import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { syncAll, syncFolder, unlessUnsupported } from "../disk/sync.ts";
import type { RunEvent, RunEventBody } from "../events/run-event.ts";
import { filesOfEvent, inRunFolder } from "./result-files.ts";

/**
 * Appends a run's events, in batches: what is appended while a write is under way goes out with the next.
 * Numbers the events without gaps. Whoever needs an event to be on disk asks with {@link whenDurable}.
 *
 * Durable means that the disk has it, not only the system's memory: each batch is followed by fdatasync, so
 * that a power cut takes nothing that somebody built on. The files that a batch speaks of, and the names of
 * those, are on the disk before the batch is written. Since all that comes in the meantime shares the
 * next one, ten thousand tasks cost no measurable time more by it; a chain of tasks waits for one sync each.
 */
export class EventWriter {
  readonly #file: FileHandle;
  readonly #fileIn: (path: string) => string;
  readonly #onWritten: (events: readonly RunEvent[]) => void;
  readonly #onFailure: (error: Error) => void;
  #seq: number;
  #pending: RunEvent[] = [];
  #waiting: (() => void)[] = [];
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  #closed = false;

  private constructor(
    file: FileHandle,
    folder: string,
    seq: number,
    onWritten: (events: readonly RunEvent[]) => void,
    onFailure: (error: Error) => void,
  ) {
    this.#file = file;
    this.#fileIn = inRunFolder(folder);
    this.#seq = seq;
    this.#onWritten = onWritten;
    this.#onFailure = onFailure;
  }

  /**
   * Opens the file for appending. A torn end (a power cut's, a killed writer's) is cut off first.
   * `onWritten` gets every batch after it is in the file; `onFailure` hears once that no more can be written.
   */
  static async open(
    path: string,
    onWritten: (events: readonly RunEvent[]) => void,
    onFailure: (error: Error) => void,
  ): Promise<EventWriter> {
    const file = await open(path, "a+");
    try {
      const folder = dirname(path);
      const seq = await repair(file);
      if (seq === 0) await syncFolder(folder); // the file may be new there
      return new EventWriter(file, folder, seq, onWritten, onFailure);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Adds an event. After {@link close} it is dropped: the run's end has been told. */
  append(body: RunEventBody): void {
    if (this.#closed) return;
    this.#pending.push({ seq: ++this.#seq, time: Date.now(), ...body });
    if (this.#writing === undefined) this.#writing = this.#writeAll();
  }

  /** Calls back when everything appended so far is in the file. */
  whenDurable(callback: () => void): void {
    if (this.#writing === undefined) callback();
    else this.#waiting.push(callback);
  }

  /** Waits until everything appended so far is in the file. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Flushes, and waits until the disk itself has it. */
  async close(): Promise<void> {
    try {
      await this.flush();
      this.#closed = true;
      await this.#file.sync().catch(unlessUnsupported);
    } finally {
      this.#closed = true;
      await this.#file.close();
    }
  }

  async #writeAll(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#pending.length > 0 || this.#waiting.length > 0) {
      const events = this.#pending;
      const waiting = this.#waiting;
      this.#pending = [];
      this.#waiting = [];
      if (this.#failure === undefined && events.length > 0) {
        try {
          await syncAll(events.flatMap(filesOfEvent).map(({ path }) => this.#fileIn(path)));
          await this.#file.appendFile(toLines(events));
          await this.#file.datasync().catch(unlessUnsupported);
          this.#onWritten(events);
        } catch (error) {
          // A full disk, say: the run can't be told any more.
          this.#failure = error as Error; // appendFile rejects with errors only
          this.#onFailure(this.#failure);
        }
      }
      for (const callback of waiting) callback();
    }
    this.#writing = undefined;
  }
}

function toLines(events: readonly RunEvent[]): string {
  let text = "";
  for (const event of events) text += `${JSON.stringify(event)}\n`;
  return text;
}

/** Cuts off what follows the last whole event; returns that event's number, 0 in an empty file. */
async function repair(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  let end = size;
  let tail = Buffer.alloc(0);
  let start = size;
  for (;;) {
    // Back from the end, a block at a time, until a whole line parses.
    const lineEnd = tail.lastIndexOf(10);
    if (lineEnd >= 0) {
      const lineStart = tail.subarray(0, lineEnd).lastIndexOf(10);
      if (lineStart >= 0 || start === 0) {
        const seq = seqOf(tail.toString("utf8", lineStart + 1, lineEnd));
        end = start + lineEnd + 1;
        if (seq !== undefined) {
          if (end < size) await file.truncate(end);
          return seq;
        }
        tail = tail.subarray(0, lineStart + 1);
        continue;
      }
    }
    if (start === 0) {
      if (size > 0) await file.truncate(0);
      return 0;
    }
    const length = Math.min(start, 65_536);
    const block = Buffer.alloc(length);
    await file.read(block, 0, length, start - length);
    start -= length;
    tail = Buffer.concat([block, tail]);
  }
}

function seqOf(line: string): number | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === "object" && event !== null && "seq" in event && typeof event.seq === "number"
      ? event.seq
      : undefined;
  } catch {
    return undefined; // torn
  }
}
