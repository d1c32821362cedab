import { type FileHandle, open } from "node:fs/promises";
import { base64 } from "./csv-proof-wasm.ts";
import type { CsvFormat } from "./csv-scan.ts";

/** What a pass over a CSV file's bytes has shown. */
export interface CsvProof {
  /** Whether there is a quote below the header. */
  readonly hasQuotes: boolean;
  /** Indices of fields of which the engine's own reading of their type takes nothing but what our rules take. */
  readonly typed: ReadonlySet<number>;
}

/** What a column may have, as csv-proof.wat has it. */
const digits = 0;
const anything = 1;
const noSpaces = 2;

/**
 * The engine's casts take more than our rules do: of whole numbers fractions, exponents, hexadecimal digits,
 * underscores and spaces; of others underscores and spaces. A column in which no field has such bytes it reads as we
 * do. Which column a byte is in is known where each line has as many fields as the header, and where quotes only
 * enclose fields.
 */
const mayHave = { integer: digits, long: digits, double: noSpaces } as const;

/** Where csv-proof.wat keeps what, in bytes. */
const remaindersAt = 65_536;
const bytesAt = 262_144;
const blockBytes = 64;
/** Two of these are held: one is read while the other is looked at. */
const chunkBytes = 2 << 20;
const mostColumns = 65_000;

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  scan(at: number, end: number, columns: number, delimiter: number, quote: number, crlf: number): number;
  mayEnd(columns: number): number;
  hasQuotes(): number;
}

/** What is used of it; Node's types leave it out. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

let module: object | undefined;

/**
 * Looks at each byte of a CSV file, at some 2 GB a second.
 * @returns undefined where rows are such that nothing can be shown: lines that have too few or too many fields, are empty
 *   or end otherwise than the header, quotes within a field.
 */
export async function proveCsv(
  path: string,
  format: CsvFormat,
  signal: AbortSignal | undefined,
): Promise<CsvProof | undefined> {
  const columns = format.fields.length;
  if (columns > mostColumns) return undefined;
  module ??= new WebAssembly.Module(Buffer.from(base64, "base64"));
  // The module's exports are csv-proof.wat's.
  const kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
  const { buffer } = kernel.memory;
  const kinds = new Uint8Array(buffer, 0, columns);
  kinds.set(format.fields.map(({ type }) => (isProvable(type) ? mayHave[type] : anything)));
  const remainders = new Uint16Array(buffer, remaindersAt, columns + blockBytes + 1);
  for (let i = 0; i < remainders.length; i++) remainders[i] = i % columns;
  const delimiter = format.delimiter.charCodeAt(0);
  const quote = format.quote === null ? -1 : format.quote.charCodeAt(0);
  const crlf = format.lineEnd === "\r\n" ? 1 : 0;
  const file = await open(path);
  try {
    let at = bytesAt;
    let offset = format.bodyStart;
    const next = () => fill(file, new Uint8Array(buffer, at, chunkBytes), offset);
    for (let reading = next(); ; ) {
      const length = await reading;
      signal?.throwIfAborted();
      const chunk = at;
      offset += length;
      at = at === bytesAt ? bytesAt + chunkBytes : bytesAt;
      const ended = length < chunkBytes;
      if (!ended) reading = next();
      if (kernel.scan(chunk, chunk + length, columns, delimiter, quote, crlf) === 0) {
        if (!ended) await reading;
        return undefined;
      }
      if (ended) break;
    }
  } finally {
    await file.close();
  }
  if (kernel.mayEnd(columns) === 0) return undefined;
  const typed = format.fields.flatMap(({ type }, i) =>
    isProvable(type) && kinds[i] === mayHave[type] ? [i] : [],
  );
  return { hasQuotes: kernel.hasQuotes() === 1, typed: new Set(typed) };
}

/** Whether something can be shown of columns of a type. */
export function isProvable(type: CsvFormat["fields"][number]["type"]): type is keyof typeof mayHave {
  return type !== undefined && type in mayHave;
}

/** @returns how many bytes there were: fewer than there is room for only at the file's end. */
async function fill(file: FileHandle, into: Uint8Array, offset: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await file.read(into, filled, into.length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
