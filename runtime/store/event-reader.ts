import { isUtf8 } from "node:buffer";
import { watch } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { baseOf } from "../disk/base-folder.ts";
import type { RunEvent } from "../events/run-event.ts";
import { type Damage, EventLines } from "./event-lines.ts";
import { openInRun } from "./read-in-run.ts";
import { type Relocate, relocated, relocation } from "./relocation.ts";
import { TaskRunCount } from "./task-run-limit.ts";

/** No event's line is longer: writers see to it. Bytes. */
export const longestLine = 64 << 20;
/** So much is read at a time; bytes. */
const blockSize = 4 << 20;
/** So many bytes before the place where a reader stopped tell it that the file is still the same. */
const tailSize = 64;

/**
 * Reads a run's growing file of events, from where it stopped last time. A torn last line waits for its rest,
 * and isn't kept meanwhile: it may have no end. What can't be read is told by {@link damages}, not thrown.
 */
export class EventReader {
  readonly path: string;
  readonly #lines = new EventLines();
  /** Where the next line begins. */
  #offset = 0;
  /** No line ends between there and here. */
  #searched = 0;
  /** What lies before the offset. */
  #tail = Buffer.alloc(0);
  /** The file isn't the one that was read. */
  #isLost = false;
  #relocate: Relocate | undefined;
  readonly #taskRuns: TaskRunCount;

  /** @param mostTaskRuns reading a run with more of them fails as soon as that is known. */
  constructor(path: string, mostTaskRuns = Number.POSITIVE_INFINITY) {
    this.path = path;
    this.#taskRuns = new TaskRunCount(dirname(path), mostTaskRuns);
  }

  /** Whose events count: the number of the run's latest writer. */
  get writer(): number {
    return this.#lines.writer;
  }

  /** What of the file can't be read, with what later attempts passed over. */
  get damages(): readonly Damage[] {
    const { passedOver, damage } = this.#lines;
    return damage === undefined ? passedOver : [...passedOver, damage];
  }

  /** The events that have come since the last call; none while there is no file. */
  async read(): Promise<RunEvent[]> {
    const all: RunEvent[] = [];
    for await (const events of this.batches()) for (const event of events) all.push(event);
    return all;
  }

  /**
   * The same, some megabytes of them at a time, with no more in memory.
   * @throws {TooManyTaskRunsError} for a run with more task runs than it was to read.
   */
  async *batches(): AsyncGenerator<RunEvent[], void> {
    for await (const events of this.#readAll()) {
      this.#taskRuns.add(events);
      yield events.map((event) => this.#here(event));
    }
  }

  /** An event with its paths as they are here. */
  #here(event: RunEvent): RunEvent {
    if (event.type === "run-started") {
      this.#relocate = relocation(event.base, baseOf(dirname(this.path)));
      return event;
    }
    return this.#relocate === undefined ? event : relocated(event, this.#relocate);
  }

  async *#readAll(): AsyncGenerator<RunEvent[], void> {
    if (this.#isLost) return;
    const file = await openInRun(dirname(this.path), basename(this.path)).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      },
    );
    if (file === undefined) {
      if (this.#offset > 0) this.#lose("the file was deleted while it was read");
      return;
    }
    try {
      if (!(await this.#isSame(file))) {
        this.#lose("the file was emptied or replaced while it was read");
        return;
      }
      for (;;) {
        const chunk = await this.#nextLines(file);
        if (chunk === undefined) return;
        yield this.#parse(chunk);
      }
    } finally {
      await file.close();
    }
  }

  #lose(problem: string): void {
    this.#isLost = true;
    this.#lines.end(problem);
  }

  async #isSame(file: FileHandle): Promise<boolean> {
    if (this.#offset === 0) return true;
    const tail = await readAt(file, this.#offset - this.#tail.length, this.#tail.length);
    return tail.equals(this.#tail);
  }

  /** Whole lines from the offset on, some megabytes of them or one that is longer. */
  async #nextLines(file: FileHandle): Promise<Buffer | undefined> {
    const { size } = await file.stat();
    if (this.#searched > size) this.#searched = this.#offset;
    for (;;) {
      const block = await readAt(file, this.#searched, Math.min(blockSize, size - this.#searched));
      if (block.length === 0) return undefined;
      const before = this.#searched - this.#offset;
      if (before === 0) {
        const end = block.lastIndexOf(10) + 1;
        if (end > 0) return block.subarray(0, end);
      }
      const end = block.indexOf(10) + 1;
      const length = before + (end > 0 ? end : block.length);
      if (length > longestLine) this.#lines.end(`it is longer than ${longestLine >> 20} MB`);
      if (end === 0) {
        this.#searched += block.length;
      } else if (length > longestLine) {
        this.#lines.skip();
        this.#passTo(this.#searched + end, block.subarray(0, end));
      } else {
        return readAt(file, this.#offset, length);
      }
    }
  }

  #passTo(offset: number, last: Buffer): void {
    this.#offset = offset;
    this.#searched = offset;
    this.#tail = Buffer.concat([this.#tail, last.subarray(-tailSize)]).subarray(-tailSize);
  }

  #parse(chunk: Buffer): RunEvent[] {
    const values = this.#lines.damage === undefined ? parseAll(chunk) : undefined;
    const events = values?.filter((value) => this.#lines.take(value)) ?? this.#parseEach(chunk);
    this.#passTo(this.#offset + chunk.length, chunk);
    return events as RunEvent[]; // those that take has told to be
  }

  #parseEach(chunk: Buffer): RunEvent[] {
    const events: RunEvent[] = [];
    for (let start = 0; start < chunk.length; ) {
      const end = chunk.indexOf(10, start);
      let line = chunk.subarray(start, end);
      if (start === 0 && this.#offset === 0 && line.indexOf(byteOrderMark) === 0) {
        line = line.subarray(byteOrderMark.length);
        this.#lines.passedOver.push({ line: 1, problem: "it begins with a byte order mark" });
      }
      start = end + 1;
      // After damage nothing but a fence counts.
      const isPassedOver = this.#lines.damage !== undefined && line.indexOf(fenceStart) !== 0;
      if (isPassedOver || line.length === 0) this.#lines.skip();
      else {
        const value = parseLine(line);
        if (this.#lines.take(value)) events.push(value);
      }
    }
    return events;
  }
}

const fenceStart = Buffer.from('{"fence":');
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The values of many lines at once; undefined where one isn't JSON, or not one value. */
function parseAll(lines: Buffer): unknown[] | undefined {
  if (!isUtf8(lines)) return undefined;
  const text = lines.toString("utf8", 0, lines.length - 1);
  try {
    const values = JSON.parse(`[${text.replaceAll("\n", ",")}]`) as unknown[]; // brackets make an array
    return values.length === countOf(lines) ? values : undefined;
  } catch {
    return undefined;
  }
}

function countOf(lines: Buffer): number {
  let count = 0;
  for (let end = lines.indexOf(10); end >= 0; end = lines.indexOf(10, end + 1)) count++;
  return count;
}

function parseLine(line: Buffer): unknown {
  if (!isUtf8(line)) return undefined;
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Follows a file of events: yields what is there, then what comes, until the signal is aborted. Asks the
 * file system to be told of changes, and looks by itself every `pollInterval` milliseconds besides, since a
 * folder shared with a container or over a network tells nothing.
 */
export async function* followEvents(
  reader: EventReader,
  options: { readonly signal: AbortSignal; readonly pollInterval?: number },
): AsyncGenerator<RunEvent[], void> {
  const { signal, pollInterval = 200 } = options;
  let changed = false;
  let wake: () => void = () => {};
  const onChange = () => {
    changed = true;
    wake();
  };
  const watcher = await watchFolder(reader.path, onChange);
  signal.addEventListener("abort", onChange, { once: true });
  try {
    while (!signal.aborted) {
      changed = false;
      const events = await reader.read();
      yield events;
      if (changed || signal.aborted) continue;
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        delay(pollInterval, undefined, { signal }).catch(() => {}), // aborted: the loop ends
      ]);
    }
  } finally {
    signal.removeEventListener("abort", onChange);
    watcher?.close();
  }
}

async function watchFolder(path: string, onChange: () => void): Promise<{ close(): void } | undefined> {
  const name = basename(path);
  try {
    await stat(dirname(path));
    const watcher = watch(dirname(path), (_event, file) => {
      if (file === null || file === name) onChange();
    });
    watcher.on("error", () => watcher.close()); // polling goes on
    return watcher;
  } catch {
    return undefined; // no watches here, or none left: polling does it alone
  }
}
