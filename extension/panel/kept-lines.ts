/** The latest lines of a log, so many at most, and how many there were before them. */
export class KeptLines<Line> {
  readonly #most: number;
  #lines: Line[] = [];
  #leftOut = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(lines: readonly Line[]): void {
    for (const line of lines) this.#lines.push(line);
    // Cut off in large pieces: one line at a time would move all others each time.
    if (this.#lines.length > this.#most * 1.2) this.#cut();
  }

  /** At most as many as it keeps. */
  get lines(): readonly Line[] {
    if (this.#lines.length > this.#most) this.#cut();
    return this.#lines;
  }

  get leftOut(): number {
    return this.#leftOut + Math.max(0, this.#lines.length - this.#most);
  }

  #cut(): void {
    const over = this.#lines.length - this.#most;
    this.#lines = this.#lines.slice(over);
    this.#leftOut += over;
  }
}
