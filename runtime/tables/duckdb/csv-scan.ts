import { isUtf8 } from "node:buffer";
import { open } from "node:fs/promises";
import type { CsvTexts } from "../csv-reading.ts";
import type { CsvType } from "../session.ts";
import { chunkBytes, cr, lf, space } from "./csv-bytes.ts";
import { csvRowEnd } from "./csv-row-end.ts";
import { type CsvValueRule, csvValueRule } from "./csv-values.ts";

/** How a CSV file is written, and what is read of it. */
export interface CsvFormat {
  /** One ASCII character. */
  readonly delimiter: string;
  readonly quote: string | null;
  /** How the header's line ends; all lines have to end like it. */
  readonly lineEnd: "\n" | "\r\n";
  /** Where the header's line has ended, in bytes of the file. */
  readonly bodyStart: number;
  readonly reading: CsvTexts;
  /** The header's fields in the file's order, with the types of those that are read. */
  readonly fields: readonly { readonly name: string; readonly type: CsvType | undefined }[];
}

/** A row that can't be read. */
export interface BadRow {
  /** 1-based line on which the row starts; the header is line 1. */
  readonly line: number;
  /** A sentence's part that begins after "file:line: " and ends without a full stop. */
  readonly reason: string;
  readonly text: string;
  /** Bytes of the file from the row's first to its line end's last, exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The longest row in bytes: DuckDB's default of `max_line_size`. */
export const longestRow = 2_000_000;

const tooLong = `the row is longer than ${longestRow} bytes`;
const neverClosed = "a quote is opened and never closed";

/**
 * Reads a CSV file by the same rules as the engine does, and tells of each row that can't be read. Empty
 * lines are no rows. After a quote that never closes, reading goes on with the next line.
 * @param visit is given each bad row, in file order; false ends the scan.
 * @returns the number of good rows seen.
 */
export async function scanCsv(
  path: string,
  format: CsvFormat,
  visit: (row: BadRow) => boolean,
  options: {
    readonly signal?: AbortSignal | undefined;
    /** Is given the bytes of each empty line. */
    readonly onEmptyLine?: (start: number, end: number) => void;
  } = {},
): Promise<number> {
  const file = await open(path);
  try {
    const reader = new RowReader(format);
    let buffer = Buffer.allocUnsafe(chunkBytes);
    let filled = 0;
    let offset = 0; // of the buffer's first byte in the file
    let line = 1;
    let good = 0;
    let ended = false;
    let position = 0;
    while (true) {
      if (!ended) {
        options.signal?.throwIfAborted();
        if (position > 0) {
          buffer.copyWithin(0, position, filled);
          filled -= position;
          offset += position;
          position = 0;
        }
        if (filled === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(chunkBytes)]);
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
        ended = bytesRead === 0;
        filled += bytesRead;
      }
      if (offset === 0 && position === 0) position = bomLength(buffer, filled);
      while (position < filled) {
        if (!reader.read(buffer, position, filled, ended, line === 1 && format.reading.hasHeader)) break;
        if (reader.isTooLong) {
          // Where it ends is beyond what is held: nothing of its own text may be taken for rows.
          const start = offset + position;
          const whole = await csvRowEnd(file, start, format);
          const end = whole ?? (await csvRowEnd(file, start, { ...format, quote: null }));
          if (end === undefined) throw new Error("A row without quotes has an end.");
          const bad = {
            line,
            reason: whole === undefined ? neverClosed : tooLong,
            text: shownText(buffer, position, filled),
            start,
            end: end.end,
          };
          if (!visit(bad)) return good;
          line += end.lines;
          position = Math.min(end.end - offset, filled);
          if (end.end > offset + filled) {
            offset = end.end;
            position = 0;
            filled = 0;
          }
          continue;
        }
        const problem = reader.problem;
        if (problem === undefined) {
          if (reader.blank) options.onEmptyLine?.(offset + position, offset + reader.end);
          else if (line > 1 || !format.reading.hasHeader) good++;
        } else {
          const bad = {
            line,
            reason: problem,
            text: shownText(buffer, position, reader.end),
            start: offset + position,
            end: offset + reader.end,
          };
          if (!visit(bad)) return good;
        }
        line += reader.lines;
        position = reader.end;
      }
      if (ended && position >= filled) return good;
    }
  } finally {
    await file.close();
  }
}

/** The length of a byte order mark at the beginning. */
export function bomLength(bytes: Uint8Array, length: number): number {
  return length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function shownText(buffer: Buffer, start: number, end: number): string {
  const limit = Math.min(end, start + 1_000);
  const text = buffer.toString("utf8", start, limit);
  return limit < end ? `${text}...` : text.replace(/\r?\n$/, "");
}

/** Reads one row after the other out of a buffer. What it found is in its fields, since one object a row would cost more than the row. */
class RowReader {
  problem: string | undefined;
  /** Where the next row starts. */
  end = 0;
  /** Lines that the row takes. */
  lines = 1;
  blank = false;
  /** The row is longer than any may be, and goes on after what the buffer holds: nothing else is known of it. */
  isTooLong = false;
  readonly #names: readonly string[];
  /** Of the fields whose text may be no value. */
  readonly #rules: readonly (CsvValueRule | undefined)[];
  readonly #nulls: ReadonlySet<string>;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #crlf: boolean;

  constructor(format: CsvFormat) {
    this.#names = format.fields.map((field) => field.name);
    this.#rules = format.fields.map((field) => csvValueRule(field.type, format.reading));
    this.#nulls = new Set(format.reading.nullValues);
    this.#delimiter = format.delimiter.charCodeAt(0);
    this.#quote = format.quote === null ? -1 : format.quote.charCodeAt(0);
    this.#crlf = format.lineEnd === "\r\n";
  }

  /** @returns false if the row goes on after what the buffer holds. */
  read(bytes: Buffer, start: number, filled: number, ended: boolean, isHeader: boolean): boolean {
    this.problem = undefined;
    this.lines = 1;
    this.blank = false;
    this.isTooLong = false;
    const first = bytes[start];
    if (first === lf || first === cr) {
      if (first === cr && start + 1 === filled && !ended) return false;
      this.blank = true;
      this.#endLine(bytes, start, filled);
      return true;
    }
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    let problem: string | undefined;
    let high = 0;
    let fields = 0;
    const expected = this.#names.length;
    let extraIsEmpty = true; // as far as the row has more fields than the header
    let i = start;
    while (true) {
      let from = i;
      let to = i;
      let escaped = false;
      const opening = bytes[i] === space ? i + 1 : i; // the engine takes one space before a quote, not two
      if (opening < filled && bytes[opening] === quote) {
        i = opening + 1;
        from = i;
        while (true) {
          let byte = 0;
          while (i < filled) {
            byte = bytes[i] ?? 0;
            if (byte === quote) break;
            if (byte === lf) this.lines++;
            high |= byte;
            i++;
          }
          if (i >= filled) {
            if (!ended) return this.#goesOn(start, filled);
            return this.#giveUp(bytes, start, filled);
          }
          to = i;
          i++;
          while (i < filled && bytes[i] === space) i++;
          if (i >= filled && !ended) return false;
          // A doubled quote stands for one. With spaces between, the engine takes what follows for more of the field.
          if (i >= filled || bytes[i] !== quote) break;
          escaped = true;
          i++;
        }
        const after = bytes[i];
        if (i < filled && after !== delimiter && after !== lf && after !== cr) {
          problem ??= `field ${fields + 1} has text after its closing quote`;
          while (i < filled && bytes[i] !== delimiter && bytes[i] !== lf && bytes[i] !== cr) {
            high |= bytes[i] ?? 0;
            i++;
          }
        }
        if (fields >= expected) extraIsEmpty = false;
      } else {
        while (i < filled) {
          const byte = bytes[i] ?? 0;
          if (byte === delimiter || byte === lf || byte === cr) break;
          high |= byte;
          i++;
        }
        to = i;
        if (fields >= expected && to > from) extraIsEmpty = false;
      }
      if (i >= filled && !ended) return this.#goesOn(start, filled);
      const rule = this.#rules[fields];
      if (rule !== undefined && from < to && problem === undefined && !isHeader) {
        problem = this.#checkValue(bytes, from, to, escaped, fields, rule);
      }
      fields++;
      if (i >= filled || bytes[i] !== delimiter) break;
      i++;
    }
    if (i < filled && bytes[i] === cr && i + 1 === filled && !ended) return false;
    if (fields < expected || !extraIsEmpty) {
      problem = `${fields} ${fields === 1 ? "field" : "fields"}, but the header has ${expected}`;
    }
    if (high > 0x7f && !isUtf8(bytes.subarray(start, i))) problem = "the text is not valid UTF-8";
    if (i - start > longestRow) problem = tooLong;
    if (i < filled) problem = this.#endLine(bytes, i, filled) ?? problem;
    else this.end = i;
    this.problem = problem;
    return true;
  }

  #endLine(bytes: Buffer, i: number, filled: number): string | undefined {
    const crlf = bytes[i] === cr && i + 1 < filled && bytes[i + 1] === lf;
    this.end = i + (crlf ? 2 : 1);
    if (bytes[i] === cr && !crlf) return "a carriage return stands alone";
    if (crlf === this.#crlf) return undefined;
    return crlf
      ? "the line ends with \\r\\n, the header with \\n"
      : "the line ends with \\n, the header with \\r\\n";
  }

  #goesOn(start: number, filled: number): boolean {
    this.isTooLong = filled - start > longestRow;
    return this.isTooLong;
  }

  /** The quote never closes: only the line that it stands on is given up. */
  #giveUp(bytes: Buffer, start: number, filled: number): true {
    const lineEnd = bytes.indexOf(lf, start);
    this.lines = 1;
    this.end = lineEnd === -1 || lineEnd >= filled ? filled : lineEnd + 1;
    this.problem = neverClosed;
    return true;
  }

  #checkValue(
    bytes: Buffer,
    from: number,
    to: number,
    escaped: boolean,
    index: number,
    rule: CsvValueRule,
  ): string | undefined {
    if (!escaped && rule.accepts(bytes, from, to)) return undefined;
    const text = bytes.toString("utf8", from, Math.min(to, from + 100));
    if (this.#nulls.has(text)) return undefined;
    return `${JSON.stringify(this.#names[index])} should be ${rule.expected} but is ${JSON.stringify(text)}`;
  }
}
