import { StringDecoder } from "node:string_decoder";

/** A line longer than this many characters is told in parts: what never ends a line must not fill the memory. */
const longestLine = 65_536;

/** How many characters of the last that was written are kept. */
const keptLength = 1 << 20;

/** What a process writes: told line by line while it comes, and its end kept. */
export class OutputLines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #kept = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    this.#kept = (this.#kept + text).slice(-keptLength);
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#onLine(shown(line));
    if (this.#rest.length <= longestLine) return;
    this.#onLine(this.#rest);
    this.#rest = "";
  }

  /** Tells what has no line end. */
  finish(): void {
    if (this.#rest !== "") this.#onLine(shown(this.#rest));
    this.#rest = "";
  }

  /** The last MiB or so. */
  get text(): string {
    return this.#kept;
  }

  /** The last lines that aren't empty. */
  last(count: number): string[] {
    return this.#kept
      .split("\n")
      .map(shown)
      .filter((line) => line.trim() !== "")
      .slice(-count);
  }
}

/** A progress bar writes over its line; what it wrote last stands. */
function shown(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}
