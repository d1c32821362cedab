import { isUtf8 } from "node:buffer";
import { open, stat } from "node:fs/promises";
import { nearestName } from "../../authoring/nearest-name.ts";
import { checkOnBadRow } from "../bad-rows.ts";
import { type CsvTexts, csvReading } from "../csv-reading.ts";
import { noFile } from "../no-file.ts";
import { sameName } from "../same-name.ts";
import type { CsvColumns, CsvOptions } from "../session.ts";
import { TableError } from "../table-error.ts";
import { bomLength, type CsvFormat, longestRow } from "./csv-scan.ts";
import { csvTypeNames, csvValueRule } from "./csv-values.ts";

const otherDelimiters = [",", ";", "\t", "|"];

/**
 * Reads a CSV file's first line and holds it against what is to be read. Nothing but the file's first bytes
 * is read.
 * @param shown the path as errors name it.
 * @throws {TableError} if there is no such file, it is no CSV file, or its header lacks a column.
 */
export async function readCsvHeader(path: string, shown: string, options: CsvOptions): Promise<CsvFormat> {
  if (options.columns === "infer") throw new Error("Columns are inferred before.");
  const { columns } = options;
  checkTypes(shown, columns);
  const { delimiter, quote, reading } = checkOptions(shown, options);
  const { fields: found, text, end } = await firstRow(path, shown, delimiter, quote);
  const fields = reading.hasHeader ? found : Object.keys(columns);
  checkColumns(shown, fields, columns, delimiter, quote, text);
  const types = new Map(Object.entries(columns));
  return {
    delimiter,
    quote,
    reading,
    lineEnd: text.endsWith("\r\n") ? "\r\n" : "\n",
    bodyStart: end,
    fields: fields.map((name) => ({ name, type: types.get(name) })),
  };
}

/** The names of all columns, of a file without a header `_c0`, `_c1`, ... */
export async function csvColumnNames(
  path: string,
  shown: string,
  options: CsvOptions,
): Promise<readonly string[]> {
  const { delimiter, quote, reading } = checkOptions(shown, options);
  const { fields } = await firstRow(path, shown, delimiter, quote);
  const names = reading.hasHeader ? fields : fields.map((_, i) => `_c${i}`);
  checkTypes(shown, Object.fromEntries(names.map((name) => [name, "string"])));
  const twice = sameName(names);
  if (twice !== undefined)
    throw new TableError(
      `${shown}:1: the header names ${JSON.stringify(twice)} twice. Give the columns different names.`,
    );
  return names;
}

async function firstRow(
  path: string,
  shown: string,
  delimiter: string,
  quote: string | null,
): Promise<{ readonly fields: readonly string[]; readonly text: string; readonly end: number }> {
  await checkIsFile(path, shown);
  const { bytes, end } = await readFirstLine(path, shown, quote);
  const text = bytes.toString("utf8");
  return { fields: splitHeader(text.replace(/\r?\n$/, ""), delimiter, quote), text, end };
}

function checkOptions(
  shown: string,
  options: CsvOptions,
): { delimiter: string; quote: string | null; reading: CsvTexts } {
  const { delimiter = ",", quote = '"', onBadRow } = options;
  const wrong = (what: string) => new TableError(`${shown}: ${what}`);
  if (!isPlainCharacter(delimiter))
    throw wrong(`delimiter has to be one ASCII character, not ${JSON.stringify(delimiter)}.`);
  if (quote !== null && (!isPlainCharacter(quote) || quote === delimiter || quote === " "))
    throw wrong(
      `quote has to be null or one ASCII character that is neither the delimiter nor a space, not ${JSON.stringify(quote)}.`,
    );
  checkOnBadRow(onBadRow, shown);
  return { delimiter, quote, reading: csvReading(options, shown) };
}

function checkTypes(shown: string, columns: CsvColumns): void {
  const wrong = (what: string) => new TableError(`${shown}: ${what}`);
  const wanted = Object.entries(columns);
  if (wanted.length === 0) throw wrong('name at least one column, such as columns: { id: "integer" }.');
  const twice = sameName(wanted.map(([name]) => name));
  if (twice !== undefined)
    throw wrong(
      `two columns are named ${JSON.stringify(twice)}: names that differ only in case are one name. Name them apart in the header.`,
    );
  if (wanted.some(([name]) => name === ""))
    throw new TableError(`${shown}:1: a column without a name can't be read. Give it a name in the header.`);
  for (const [name, type] of wanted) {
    if (type !== "string" && csvValueRule(type) === undefined) {
      const hint = nearestName(String(type), csvTypeNames);
      throw wrong(
        `column ${JSON.stringify(name)} can't be of type ${JSON.stringify(type)}. ${hint === undefined ? `There are: ${csvTypeNames.join(", ")}.` : `Did you mean "${hint}"?`}`,
      );
    }
  }
}

function isPlainCharacter(text: unknown): text is string {
  return typeof text === "string" && /^[\t\x20-\x7e]$/.test(text);
}

async function checkIsFile(path: string, shown: string): Promise<void> {
  let about: Awaited<ReturnType<typeof stat>>;
  try {
    about = await stat(path);
  } catch (error) {
    throw await noFile(path, shown, error as NodeJS.ErrnoException); // stat rejects with those only
  }
  if (about.isDirectory())
    throw new TableError(`${shown}: is a folder, not a CSV file. Give the path of a file.`);
  if (!about.isFile()) throw new TableError(`${shown}: is not a regular file.`);
  if (about.size === 0)
    throw new TableError(`${shown}: is empty. A CSV file begins with a header that names its columns.`);
}

/** The first line with its line end, without a byte order mark, and where it ends in the file. */
async function readFirstLine(
  path: string,
  shown: string,
  quote: string | null,
): Promise<{ readonly bytes: Buffer; readonly end: number }> {
  const file = await open(path).catch(async (error: NodeJS.ErrnoException) => {
    throw await noFile(path, shown, error);
  });
  try {
    for (let size = 1 << 16; ; size *= 8) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, 0);
      const bytes = buffer.subarray(0, bytesRead);
      if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
        throw new TableError(`${shown}: is UTF-16. Save it as UTF-8.`);
      const start = bomLength(bytes, bytesRead);
      const end = lineLength(bytes, start, quote);
      if (end === undefined && bytesRead === size && size < longestRow) continue;
      const line = bytes.subarray(start, end ?? bytesRead);
      if (line.includes(0)) throw new TableError(`${shown}: is a binary file, not CSV text.`);
      if (!isUtf8(line)) throw new TableError(`${shown}:1: the text is not valid UTF-8. Save it as UTF-8.`);
      if (end === undefined && bytesRead === size)
        throw new TableError(`${shown}:1: the header is longer than ${longestRow} bytes.`);
      const text = line.toString("latin1").replace(/\r?\n$/, "");
      if (text.includes("\r"))
        throw new TableError(
          `${shown}:1: lines end with a lone carriage return. Save it with \\n or \\r\\n at the line ends.`,
        );
      if (text === "")
        throw new TableError(
          `${shown}:1: is an empty line. A CSV file begins with a header that names its columns.`,
        );
      return { bytes: line, end: start + line.length };
    }
  } finally {
    await file.close();
  }
}

function lineLength(bytes: Buffer, start: number, quote: string | null): number | undefined {
  const quoteByte = quote === null ? -1 : quote.charCodeAt(0);
  let quoted = false;
  for (let i = start; i < bytes.length; i++) {
    if (bytes[i] === quoteByte) quoted = !quoted;
    else if (bytes[i] === 0x0a && !quoted) return i + 1;
  }
  return undefined;
}

function splitHeader(line: string, delimiter: string, quote: string | null): string[] {
  if (quote === null) return line.split(delimiter);
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (character === quote && (quoted || field.trim() === "")) {
      if (quoted && line[i + 1] === quote) {
        field += quote;
        i++;
      } else {
        quoted = !quoted;
        if (quoted) field = "";
      }
    } else if (character === delimiter && !quoted) {
      fields.push(field);
      field = "";
    } else field += character;
  }
  fields.push(field);
  return fields;
}

function checkColumns(
  shown: string,
  fields: readonly string[],
  columns: CsvColumns,
  delimiter: string,
  quote: string | null,
  text: string,
): void {
  for (const name of Object.keys(columns)) {
    const first = fields.indexOf(name);
    if (first !== -1 && fields.indexOf(name, first + 1) !== -1)
      throw new TableError(
        `${shown}:1: the header names ${JSON.stringify(name)} twice. Give the columns different names.`,
      );
    if (first !== -1) continue;
    if (fields.length === 1) {
      const line = text.trim();
      const better = otherDelimiters
        .filter((other) => other !== delimiter)
        .map((other) => ({ other, fields: splitHeader(line, other, quote) }))
        .find((split) => split.fields.length > 1 && split.fields.includes(name));
      if (better !== undefined)
        throw new TableError(
          `${shown}:1: the header is a single field with the delimiter ${JSON.stringify(delimiter)}, but ${better.fields.length} fields with ${JSON.stringify(better.other)}. Read the file with delimiter: ${JSON.stringify(better.other)}.`,
        );
    }
    const hint = nearestName(name, fields);
    throw new TableError(
      `${shown}:1: there is no column ${JSON.stringify(name)}. The header has: ${fields.join(", ")}.${hint === undefined ? "" : ` Did you mean "${hint}"?`}`,
    );
  }
}
