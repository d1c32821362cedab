import { maskOutput } from "./known-secrets.ts";

/** Characters of a line that are waited for: what never ends a line must not fill the memory. */
const longestLine = 1 << 16;

/**
 * Masks what comes in pieces, line by line, so that no secret is missed for coming in two of them.
 */
export class MaskedLines {
  readonly #write: (text: string) => void;
  #rest = "";

  /** @param write gets whole lines, or what an end was not found of in time. */
  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(piece: string): void {
    this.#rest += piece;
    const end = this.#rest.lastIndexOf("\n") + 1;
    if (end > 0) this.#release(end);
    if (this.#rest.length > longestLine) this.#release(this.#rest.length);
  }

  /** Writes what has no line end. */
  finish(): void {
    if (this.#rest !== "") this.#release(this.#rest.length);
  }

  #release(length: number): void {
    const text = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    this.#write(maskOutput(text));
  }
}
