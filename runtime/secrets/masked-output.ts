import type { Range } from "./find-in-text.ts";
import { endsWithinSecret, longestMasked, replaced, secretRanges } from "./known-secrets.ts";

/** Characters of a line that are waited for: what never ends a line must not fill the memory. */
const longestLine = 1 << 16;

/**
 * Masks what comes in pieces, line by line, so that no secret is missed for coming in two of them. A line that is too
 * long to be waited for is given in parts; where a secret lies across two of them its mark is in the first.
 */
export class MaskedOutput {
  readonly #where: "text" | "output";
  #rest = "";
  /** How much of the rest is the end of a secret of which the mark has been given already. */
  #hidden = 0;

  /** @param where see `secretRanges`. */
  constructor(where: "text" | "output" = "text") {
    this.#where = where;
  }

  /**
   * @returns what need not be waited for any more, masked: whole lines with their ends, and then perhaps a part of one
   * without.
   */
  add(piece: string): string {
    const before = this.#rest.length;
    this.#rest += piece;
    const lastEnd = piece.lastIndexOf("\n") + 1;
    const lines = lastEnd === 0 ? "" : this.#take(this.#endOutsideSecrets(before + lastEnd));
    const waited = longestMasked();
    const isTooLong = this.#rest.length > waited + Math.max(waited, longestLine);
    return isTooLong ? lines + this.#takePart(this.#rest.length - waited) : lines;
  }

  /** What has no line end. */
  finish(): string {
    return this.#take(this.#rest.length);
  }

  /** A secret of several lines may have begun in the last lines: they wait for what comes. */
  #endOutsideSecrets(lastEnd: number): number {
    let end = lastEnd;
    while (end > 0 && endsWithinSecret(this.#rest.slice(0, end)))
      end = end === 1 ? 0 : this.#rest.lastIndexOf("\n", end - 2) + 1;
    return end;
  }

  /** Secrets are masked here, too, since whoever takes it may look at each line by itself. */
  #take(length: number): string {
    const text = this.#rest.slice(0, length);
    const told = replaced(text, this.#ranges(text));
    this.#rest = this.#rest.slice(length);
    this.#hidden = Math.max(0, this.#hidden - length);
    return told;
  }

  /** No secret begins before the place and ends behind what there is: all that lie across it can be found. */
  #takePart(place: number): string {
    const length = beforeEscape(this.#rest, place);
    const ranges = this.#ranges(this.#rest);
    const told = replaced(this.#rest, ranges, length);
    const across = ranges.find(([start, end]) => start < length && end > length);
    this.#rest = this.#rest.slice(length);
    this.#hidden = across === undefined ? 0 : across[1] - length;
    return told;
  }

  #ranges(text: string): readonly Range[] {
    const found = secretRanges(text, this.#where);
    if (this.#hidden === 0) return found;
    return [[0, Math.min(this.#hidden, text.length)], ...found.filter(([, end]) => end > this.#hidden)];
  }
}

/** A place at which nothing is cut in two that means something else in halves: an escape, a character of two units. */
function beforeEscape(text: string, place: number): number {
  let at = place;
  if (/[\ud800-\udbff]/.test(text.charAt(at - 1))) at--;
  if (text[at - 1] === "%") at -= 1;
  else if (text[at - 2] === "%") at -= 2;
  while (at > 0 && text[at - 1] === "\\") at--;
  return at === 0 ? place : at;
}
