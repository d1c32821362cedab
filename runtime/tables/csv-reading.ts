import type { CsvOptions } from "./session.ts";
import { TableError } from "./table-error.ts";

/** How the texts of a CSV file become values. */
export interface CsvTexts {
  readonly hasHeader: boolean;
  /** Texts that are null, besides an empty one. */
  readonly nullValues: readonly string[];
  /** A comma in place of the point of doubles and decimals. */
  readonly commas: boolean;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
}

/** @throws {TableError} for options that can't be. */
export function csvReading(options: CsvOptions, shown: string): CsvTexts {
  const { header = true, nullValues = [], decimalSeparator = ".", dateFormat, timestampFormat } = options;
  const wrong = (what: string) => new TableError(`${shown}: ${what}`);
  if (typeof header !== "boolean")
    throw wrong(`header has to be true or false, not ${JSON.stringify(header)}.`);
  if (!Array.isArray(nullValues) || nullValues.some((text) => typeof text !== "string"))
    throw wrong('nullValues has to be a list of texts, such as ["NA"].');
  if (decimalSeparator !== "." && decimalSeparator !== ",")
    throw wrong(`decimalSeparator has to be "." or ",", not ${JSON.stringify(decimalSeparator)}.`);
  for (const [name, format] of [
    ["dateFormat", dateFormat],
    ["timestampFormat", timestampFormat],
  ] as const)
    if (format !== undefined && timeFormat(format) === undefined)
      throw wrong(
        `${name} ${JSON.stringify(format)} is none. It is made of yyyy, MM, dd, HH, mm, ss and SSS, as in "dd.MM.yyyy".`,
      );
  return { hasHeader: header, nullValues, commas: decimalSeparator === ",", dateFormat, timestampFormat };
}

/** All that says how a file is read, for digests and names: the same for options that mean the same. */
export function csvReadingKey(options: CsvOptions): unknown {
  const { columns, delimiter = ",", quote = '"', onBadRow = "fail" } = options;
  const { header = true, nullValues = [], decimalSeparator = ".", encoding = "utf-8" } = options;
  const { dateFormat, timestampFormat } = options;
  const more = [header, nullValues, decimalSeparator, encoding, dateFormat ?? null, timestampFormat ?? null];
  const isPlain = JSON.stringify(more) === JSON.stringify([true, [], ".", "utf-8", null, null]);
  const first = [Object.entries(columns), delimiter, quote, onBadRow];
  return isPlain ? first : [...first, ...more];
}

/** A format of times as a pattern of its text, and as the engine's functions have it. */
interface TimeFormat {
  /** Of groups with names: `y`, `M`, `d`. */
  readonly pattern: string;
  readonly strptime: string;
}

const parts: Readonly<Record<string, readonly [pattern: string, strptime: string]>> = {
  yyyy: ["(?P<y>\\d{4})", "%Y"],
  MM: ["(?P<M>0[1-9]|1[0-2])", "%m"],
  dd: ["(?P<d>0[1-9]|[12]\\d|3[01])", "%d"],
  HH: ["(?:[01]\\d|2[0-3])", "%H"],
  mm: ["[0-5]\\d", "%M"],
  ss: ["[0-5]\\d", "%S"],
  SSS: ["\\d{3}", "%g"],
};

/** @returns undefined for what is none, or names no day. */
export function timeFormat(format: string): TimeFormat | undefined {
  let pattern = "";
  let strptime = "";
  const seen: string[] = [];
  for (const token of format.match(/([A-Za-z])\1*|'[^']*'|[^A-Za-z]/g) ?? []) {
    const isText = !/^[A-Za-z]/.test(token) || token === "T";
    const known = Object.hasOwn(parts, token) ? parts[token] : undefined;
    if (isText) {
      const text = token.startsWith("'") ? token.slice(1, -1) : token;
      pattern += text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
      strptime += text.replaceAll("%", "%%");
    } else if (known === undefined || seen.includes(token)) return undefined;
    else {
      seen.push(token);
      pattern += known[0];
      strptime += known[1];
    }
  }
  return ["yyyy", "MM", "dd"].every((part) => seen.includes(part)) ? { pattern, strptime } : undefined;
}
