import { constants, createReadStream, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { syncAll, syncFolder, unlessUnsupported } from "../disk/sync.ts";
import type { RunEvent, RunEventBody } from "../events/run-event.ts";
import type { Fence } from "./event-lines.ts";
import { EventReader, longestLine } from "./event-reader.ts";
import { maskedEvent } from "./masked-event.ts";
import { filesOfEvent, inRunFolder } from "./result-files.ts";

/** Strings of events of which a line would be too long are cut to so many characters. */
const longestString = 1 << 16;

export interface EventWriterOptions {
  /** The run's how manieth writer this is; see `EventLines`. Default: the first. */
  readonly number?: number;
  /** Of the last event that counts; default 0. */
  readonly seq?: number;
  /** Throws when another process has become the run's writer. Asked before each batch. */
  readonly check?: () => void;
  /** Gets every batch after it is in the file. What it throws is the caller's, not the file's: see `onReaderFailure`. */
  readonly onWritten: (events: readonly RunEvent[]) => void;
  /** Hears once that no more can be written. */
  readonly onFailure: (error: Error) => void;
  /** Hears what `onWritten` throws; it isn't called again. */
  readonly onReaderFailure: (error: unknown) => void;
}

/**
 * Appends a run's events, in batches: what is appended while a write is under way goes out with the next.
 * Numbers the events without gaps. Whoever needs an event to be on disk asks with {@link whenDurable}.
 *
 * Durable means that the disk has it, not only the system's memory: each batch is followed by fdatasync, so
 * that a power cut takes nothing that somebody built on. The files that a batch speaks of, and the names of
 * those, are on the disk before the batch is written. Since all that comes in the meantime shares the
 * next one, ten thousand tasks cost no measurable time more by it; a chain of tasks waits for one sync each.
 *
 * A batch is one write to the end of the file, so that no other process's comes in between. Before each one
 * the writer sees to it that the file is still there under its name, and whole.
 */
export class EventWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #fileIn: (path: string) => string;
  readonly #options: EventWriterOptions;
  readonly #place: Place;
  /** No less than so many bytes are in the file. */
  #size: number;
  /** Where this writer began, and a checksum of what it has written since. */
  readonly #start: number;
  #checksum = 0;
  #seq: number;
  #pending: RunEvent[] = [];
  #waiting: (() => void)[] = [];
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  #isRead = true;
  #closed = false;

  private constructor(path: string, file: FileHandle, place: Place, options: EventWriterOptions) {
    this.#path = path;
    this.#file = file;
    this.#fileIn = inRunFolder(dirname(path));
    this.#place = place;
    this.#size = place.size;
    this.#start = place.size;
    this.#seq = options.seq ?? 0;
    this.#options = options;
  }

  /** Opens the file for appending. */
  static async open(path: string, options: EventWriterOptions): Promise<EventWriter> {
    const file = await openToAppend(path);
    try {
      const place = await file.stat();
      if (place.size === 0) await syncFolder(dirname(path)); // the file may be new there
      return new EventWriter(path, file, place, options);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Adds an event, without the secrets in it. After {@link close} it is dropped: the run's end has been told.
   * @returns its number.
   */
  append(body: RunEventBody): number {
    if (this.#closed) return this.#seq;
    const { number = 1 } = this.#options;
    const writer = number === 1 ? {} : { writer: number };
    this.#pending.push({ seq: ++this.#seq, time: Date.now(), ...writer, ...maskedEvent(body) });
    if (this.#writing === undefined) this.#writing = this.#writeAll();
    return this.#seq;
  }

  /** Calls back when everything appended so far is in the file. */
  whenDurable(callback: () => void): void {
    if (this.#writing === undefined) callback();
    else this.#waiting.push(callback);
  }

  /** Waits until everything appended so far is in the file, and sees to it that the file is there. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    this.check();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Sees to it that the file can still be written to; a failure is told as one of writing is. */
  check(): void {
    if (this.#failure !== undefined || this.#closed) return;
    try {
      this.#mustBeOurs();
    } catch (error) {
      this.#fail(error as Error); // as in #write
    }
  }

  /** Flushes, and sees to it that the file holds what was written, so that the run can be told from it. */
  async verify(): Promise<void> {
    await this.flush();
    if ((await this.#checksumOnDisk()) === this.#checksum || (await this.#countsAll())) return;
    this.#fail(new Error(`${this.#path} was changed by another program: it doesn't hold what was written`));
    await this.flush();
  }

  async #checksumOnDisk(): Promise<number> {
    let checksum = 0;
    const stream = createReadStream(this.#path, { start: this.#start, highWaterMark: 1 << 20 });
    for await (const block of stream) checksum = crc32(block as Buffer, checksum); // no encoding is set
    return checksum;
  }

  /** An earlier writer, woken up, may have written in between: that hurts nobody. */
  async #countsAll(): Promise<boolean> {
    const reader = new EventReader(this.#path);
    const last = (await reader.read()).at(-1);
    const ends = reader.damages.every(({ passedBy }) => passedBy !== undefined);
    return ends && reader.writer === (this.#options.number ?? 1) && (last?.seq ?? 0) === this.#seq;
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
      if (this.#failure === undefined && events.length > 0 && (await this.#write(events))) this.#tell(events);
      for (const callback of waiting) callback();
    }
    this.#writing = undefined;
  }

  /** @returns false where it can't be done: on a full disk, say. The run can't be told any more. */
  async #write(events: readonly RunEvent[]): Promise<boolean> {
    try {
      await syncAll(events.flatMap(filesOfEvent).map(({ path }) => this.#fileIn(path)));
      const bytes = Buffer.from(toLines(events));
      this.#mustBeOurs();
      await append(this.#file, bytes);
      this.#size += bytes.length;
      this.#checksum = crc32(bytes, this.#checksum);
      await this.#file.datasync().catch(unlessUnsupported);
      return true;
    } catch (error) {
      this.#fail(error as Error); // fs and the check throw errors only
      return false;
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#options.onFailure(error);
  }

  #tell(events: readonly RunEvent[]): void {
    if (!this.#isRead) return;
    try {
      this.#options.onWritten(events);
    } catch (error) {
      this.#isRead = false;
      this.#options.onReaderFailure(error);
    }
  }

  #mustBeOurs(): void {
    this.#options.check?.();
    const now = statSync(this.#path);
    if (!isSamePlace(now, this.#place)) throw new Error(`${this.#path} was replaced by another file`);
    if (now.isFile() && now.size < this.#size) throw new Error(`${this.#path} was emptied or cut short`);
  }
}

/**
 * Begins what a run's further writer appends; to be done before the events are read from which it goes on. A
 * torn last line of an earlier writer gets an end by it.
 */
export async function fenceEvents(path: string, number: number): Promise<void> {
  const file = await openToAppend(path);
  try {
    const line: Fence = { fence: number };
    await append(file, Buffer.from(`\n${JSON.stringify(line)}\n`));
  } finally {
    await file.close();
  }
}

interface Place {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
}

function isSamePlace(a: Place, b: Place): boolean {
  // Windows tells a file's volume otherwise by its name than by its handle.
  return a.ino === b.ino && (process.platform === "win32" || a.dev === b.dev);
}

/** Follows no link: the run's folder may come from anywhere. */
function openToAppend(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0 } = constants; // Windows has no links to follow by that
  return open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW);
}

/** One write, so that it lies in one piece; more only where the system took a part. */
async function append(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; )
    start += (await file.write(bytes, start, bytes.length - start)).bytesWritten;
}

function toLines(events: readonly RunEvent[]): string {
  let text = "";
  for (const event of events) {
    let line = JSON.stringify(event);
    if (isTooLong(line)) line = JSON.stringify(event, shorten);
    if (isTooLong(line))
      throw new Error(`an event (${event.type}) of ${line.length} characters can't be kept`);
    text += `${line}\n`;
  }
  return text;
}

/** A character is three bytes at most. */
function isTooLong(line: string): boolean {
  return line.length * 3 >= longestLine;
}

/** For events that no reader would take: of a text of megabytes the beginning is kept. */
function shorten(_key: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= longestString) return value;
  return `${value.slice(0, longestString)}... (cut: ${value.length} characters in all)`;
}
