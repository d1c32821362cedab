import type { LogBuffer } from "./log-buffer.ts";
import { type LogFilter, matchesFilter } from "./log-filter.ts";

/**
 * The rows that a log shows through a filter: one for each line of each message. Follows a buffer at a cost that
 * only new lines have.
 */
export class LogIndex {
  #filter: LogFilter;
  #buffer: LogBuffer;
  /** Of each row: its line's number, and which line of the message it is. */
  #lines: number[] = [];
  #parts: number[] = [];
  #head = 0;
  #next: number;

  constructor(buffer: LogBuffer, filter: LogFilter) {
    this.#buffer = buffer;
    this.#filter = filter;
    this.#next = buffer.first;
  }

  reset(buffer: LogBuffer, filter: LogFilter): void {
    this.#buffer = buffer;
    this.#filter = filter;
    this.#lines = [];
    this.#parts = [];
    this.#head = 0;
    this.#next = buffer.first;
  }

  get size(): number {
    return this.#lines.length - this.#head;
  }

  /** Takes in what came, and drops what the buffer dropped. Returns how many rows went from the front. */
  catchUp(): number {
    const { first, end } = this.#buffer;
    for (let number = Math.max(this.#next, first); number < end; number++) {
      const line = this.#buffer.get(number);
      if (line === undefined || !matchesFilter(line, this.#filter)) continue;
      const parts = countLines(line.message);
      for (let part = 0; part < parts; part++) {
        this.#lines.push(number);
        this.#parts.push(part);
      }
    }
    this.#next = end;
    const before = this.#head;
    while (this.#head < this.#lines.length && (this.#lines[this.#head] ?? 0) < first) this.#head++;
    const dropped = this.#head - before;
    if (this.#head > 50_000) {
      this.#lines = this.#lines.slice(this.#head);
      this.#parts = this.#parts.slice(this.#head);
      this.#head = 0;
    }
    return dropped;
  }

  row(index: number): { readonly line: number; readonly part: number } | undefined {
    const line = this.#lines[this.#head + index];
    const part = this.#parts[this.#head + index];
    return line === undefined || part === undefined ? undefined : { line, part };
  }
}

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
