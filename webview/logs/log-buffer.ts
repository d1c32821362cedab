import type { LogLine } from "../../runtime/events/log-lines.ts";

/** The latest lines of a log, in a ring. Lines are counted from 0 in the order in which they came. */
export class LogBuffer {
  readonly capacity: number;
  readonly #ring: LogLine[] = [];
  #end = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Number of the oldest line that is still there. */
  get first(): number {
    return Math.max(0, this.#end - this.capacity);
  }

  /** One past the number of the newest line. */
  get end(): number {
    return this.#end;
  }

  push(line: LogLine): void {
    this.#ring[this.#end % this.capacity] = line;
    this.#end++;
  }

  get(number: number): LogLine | undefined {
    if (number < this.first || number >= this.#end) return undefined;
    return this.#ring[number % this.capacity];
  }
}
