import type { FileHandle } from "node:fs/promises";
import { chunkBytes, cr, lf, space } from "./csv-bytes.ts";

const fieldStart = 0;
const spaceBefore = 1;
const plain = 2;
const quoted = 3;
const afterQuote = 4;
const afterClosing = 5;
const afterCr = 6;

/**
 * Where a row ends that is too long to be held, by the same rules as rows are read by.
 * @param start of the row, in bytes of the file.
 * @returns the offset after its line end, and how many lines it takes; undefined if a quote in it never closes.
 */
export async function csvRowEnd(
  file: FileHandle,
  start: number,
  { delimiter, quote }: { readonly delimiter: string; readonly quote: string | null },
): Promise<{ readonly end: number; readonly lines: number } | undefined> {
  const delimiterByte = delimiter.charCodeAt(0);
  const quoteByte = quote === null ? -1 : quote.charCodeAt(0);
  const buffer = Buffer.allocUnsafe(chunkBytes);
  let state = fieldStart;
  let lines = 1;
  for (let offset = start; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    if (bytesRead === 0) return state === quoted ? undefined : { end: offset, lines };
    for (let i = 0; i < bytesRead; i++) {
      const byte = buffer[i];
      if (state === quoted) {
        if (byte === quoteByte) state = afterQuote;
        else if (byte === lf) lines++;
        continue;
      }
      if (state === afterCr) return { end: offset + i + (byte === lf ? 1 : 0), lines };
      if (byte === lf) return { end: offset + i + 1, lines };
      if (byte === cr) state = afterCr;
      else if (byte === delimiterByte) state = fieldStart;
      else if (byte === quoteByte && (state < plain || state === afterQuote)) state = quoted;
      else if (byte === space && state === fieldStart) state = spaceBefore;
      else if (state < plain) state = plain;
      else if (state === afterQuote && byte !== space) state = afterClosing;
    }
    offset += bytesRead;
  }
}
