import { StringDecoder } from "node:string_decoder";
import { MaskedOutput } from "../secrets/masked-output.ts";

/** How many characters of the last that was written are kept. */
const keptLength = 1 << 20;

/** How many of the last lines that aren't empty are kept. */
const keptLines = 20;

/** What a process writes: told line by line while it comes, and its end kept. */
export class OutputLines {
  readonly #onLine: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  readonly #output = new MaskedOutput();
  #kept = "";
  /** Lines, or parts of them, as they were told. */
  #last: string[] = [];

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(bytes: Buffer): void {
    const text = this.#decoder.write(bytes);
    this.#kept = (this.#kept + text).slice(-keptLength);
    this.#tell(this.#output.add(text));
  }

  /** Tells what has no line end. */
  finish(): void {
    this.#tell(this.#output.finish());
  }

  #tell(text: string): void {
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    for (const line of lines) {
      const told = shown(line);
      this.#onLine(told);
      if (told.trim() !== "") this.#last.push(told);
    }
    this.#last.splice(0, this.#last.length - keptLines);
  }

  /** The last MiB or so. */
  get text(): string {
    return this.#kept;
  }

  /** The last lines that aren't empty. */
  get last(): readonly string[] {
    return this.#last;
  }
}

/** A progress bar writes over its line; what it wrote last stands. */
function shown(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}
