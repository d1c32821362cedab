import { watch } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RunEvent } from "../events/run-event.ts";
import { baseOf, type Relocate, relocated, relocation } from "./relocation.ts";

/** Reads a run's growing file of events, from where it stopped last time. A torn last line waits for its rest. */
export class EventReader {
  readonly #path: string;
  #offset = 0;
  #line = 0;
  /** What comes next is no event, and nothing after it is one. */
  #isAtGarbage = false;
  #relocate: Relocate | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The events that have come since the last call; none while there is no file. */
  async read(): Promise<RunEvent[]> {
    return (await this.#readAll()).map((event) => this.#here(event));
  }

  /** An event with its paths as they are here. */
  #here(event: RunEvent): RunEvent {
    if (event.type === "run-started") {
      this.#relocate = relocation(event.base, baseOf(dirname(this.#path)));
      return event;
    }
    return this.#relocate === undefined ? event : relocated(event, this.#relocate);
  }

  async #readAll(): Promise<RunEvent[]> {
    const file = await open(this.#path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return [];
    try {
      const events: RunEvent[] = [];
      for (;;) {
        const chunk = await this.#readChunk(file);
        if (chunk === undefined) return events;
        for (const event of this.#parse(chunk)) events.push(event);
        if (this.#isAtGarbage) return events;
      }
    } finally {
      await file.close();
    }
  }

  /** Whole lines, some megabytes of them at most. */
  async #readChunk(file: FileHandle): Promise<Buffer | undefined> {
    const { size } = await file.stat();
    for (let length = 4 << 20; ; length *= 2) {
      const rest = size - this.#offset;
      if (rest <= 0) return undefined;
      const buffer = Buffer.allocUnsafe(Math.min(length, rest));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.#offset);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
      if (end > 0) return buffer.subarray(0, end);
      if (bytesRead < buffer.length || buffer.length === rest) return undefined;
    }
  }

  #parse(chunk: Buffer): RunEvent[] {
    const lines = chunk.toString("utf8", 0, chunk.length - 1);
    this.#isAtGarbage = false;
    if (lines === "") return this.#parseEach(lines);
    try {
      const events = JSON.parse(`[${lines.replaceAll("\n", ",")}]`) as RunEvent[]; // written by EventWriter only
      this.#line += events.length;
      this.#offset += chunk.length;
      return events;
    } catch {
      return this.#parseEach(lines);
    }
  }

  #parseEach(lines: string): RunEvent[] {
    const events: RunEvent[] = [];
    const texts = lines.split("\n");
    for (const [index, text] of texts.entries()) {
      try {
        events.push(JSON.parse(text) as RunEvent); // written by EventWriter only
        this.#line++;
        this.#offset += Buffer.byteLength(text) + 1;
      } catch (error) {
        // What a power cut left at the end of the file waits for the next writer's repair; anything else is damage.
        this.#isAtGarbage = texts.slice(index).every((rest) => !isJson(rest));
        if (this.#isAtGarbage) return events;
        throw new Error(`${this.#path}:${this.#line + 1} is damaged: ${(error as Error).message}`);
      }
    }
    return events;
  }
}

/**
 * Follows a file of events: yields what is there, then what comes, until the signal is aborted. Asks the
 * file system to be told of changes, and looks by itself every `pollInterval` milliseconds besides, since a
 * folder shared with a container or over a network tells nothing.
 */
export async function* followEvents(
  path: string,
  options: { readonly signal: AbortSignal; readonly pollInterval?: number },
): AsyncGenerator<RunEvent[], void> {
  const reader = new EventReader(path);
  const { signal, pollInterval = 200 } = options;
  let changed = false;
  let wake: () => void = () => {};
  const onChange = () => {
    changed = true;
    wake();
  };
  const watcher = await watchFolder(path, onChange);
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

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
