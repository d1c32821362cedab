import { type CsvTexts, timeFormat } from "../csv-reading.ts";
import type { CsvType } from "../session.ts";

/**
 * What text stands for a value of a type: once as an SQL expression for the engine, once over bytes for the
 * scan that names the bad line. The two say the same.
 */
export interface CsvValueRule {
  readonly engineType: string;
  /** What belongs there, as an error says it. */
  readonly expected: string;
  /** The value of the SQL text expression `text`, which is neither null nor empty; null where it isn't one. */
  sql(text: string): string;
  accepts(bytes: Uint8Array, start: number, end: number): boolean;
}

type SimpleCsvType = Exclude<CsvType, `decimal${string}` | "string">;

/** The names of types; of decimals one. */
export const csvTypeNames = [
  "string",
  "integer",
  "long",
  "double",
  "boolean",
  "date",
  "timestamp",
  "decimal(10,2)",
];

/** What a type takes for a value; undefined for a string, which takes anything, and for what is no type. */
export function csvValueRule(type: CsvType | undefined, reading?: CsvTexts): CsvValueRule | undefined {
  if (type === undefined || type === "string") return undefined;
  const decimal = /^decimal\((\d+), ?(\d+)\)$/.exec(type);
  const rule =
    decimal !== null
      ? decimalNumber(Number(decimal[1]), Number(decimal[2]))
      : Object.hasOwn(simpleRules, type)
        ? simpleRules[type as SimpleCsvType] // one of its keys
        : undefined;
  if (rule === undefined || reading === undefined) return rule;
  if (reading.commas && (decimal !== null || type === "double")) return withComma(rule);
  if (type === "date" && reading.dateFormat !== undefined) return inFormat(rule, reading.dateFormat);
  if (type === "timestamp" && reading.timestampFormat !== undefined)
    return inFormat(rule, reading.timestampFormat);
  return rule;
}

function withComma(rule: CsvValueRule): CsvValueRule {
  return {
    ...rule,
    expected: `${rule.expected}, with a comma`,
    sql: (text) => `CASE WHEN NOT contains(${text}, '.') THEN ${rule.sql(`replace(${text}, ',', '.')`)} END`,
    accepts: (bytes, start, end) => {
      const text = Buffer.from(bytes.subarray(start, end)).toString("latin1");
      const changed = Buffer.from(text.replaceAll(",", "."), "latin1");
      return !text.includes(".") && rule.accepts(changed, 0, changed.length);
    },
  };
}

function inFormat(rule: CsvValueRule, format: string): CsvValueRule {
  const { pattern, strptime } = timeFormat(format) ?? { pattern: "", strptime: "" };
  const plain = pattern.replace(/\(\?P<\w>/g, "(");
  const whole = new RegExp(`^${pattern.replaceAll("(?P<", "(?<")}$`);
  return {
    ...rule,
    expected: `${rule.engineType === "DATE" ? "a date" : "a timestamp"} (${format})`,
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, '${plain}') THEN CAST(try_strptime(${text}, '${strptime.replaceAll("'", "''")}') AS ${rule.engineType}) END`,
    accepts: (bytes, start, end) => {
      const { y, M, d } = whole.exec(ascii(bytes, start, end))?.groups ?? {};
      return y !== undefined && isDay(Number(y), Number(M), Number(d));
    },
  };
}

const simpleRules: { readonly [T in SimpleCsvType]: CsvValueRule } = {
  integer: wholeNumber("INTEGER", "a whole number (integer)", 9, -(2n ** 31n), 2n ** 31n - 1n),
  long: wholeNumber("BIGINT", "a whole number (long)", 18, -(2n ** 63n), 2n ** 63n - 1n),
  double: {
    engineType: "DOUBLE",
    expected: "a number (double)",
    // DuckDB's cast also takes spaces around a number and underscores in it.
    sql: (text) =>
      `CASE WHEN ${text} > '!' AND NOT contains(${text}, '_') AND NOT ends_with(${text}, ' ') THEN TRY_CAST(${text} AS DOUBLE) END`,
    accepts: isDouble,
  },
  boolean: {
    engineType: "BOOLEAN",
    expected: "true or false (boolean)",
    sql: (text) => `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`,
    accepts: (bytes, start, end) => /^(?:true|false)$/i.test(ascii(bytes, start, end)),
  },
  date: {
    engineType: "DATE",
    expected: "a date (yyyy-mm-dd)",
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, '\\d{4}-\\d\\d-\\d\\d') THEN TRY_CAST(${text} AS DATE) END`,
    accepts: (bytes, start, end) => {
      const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(ascii(bytes, start, end));
      return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]));
    },
  },
  timestamp: {
    engineType: "TIMESTAMP",
    expected: "a timestamp (yyyy-mm-dd hh:mm:ss)",
    // A time without an offset is UTC.
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, '${timestampPattern}') THEN make_timestamp(epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))) END`,
    accepts: isTimestamp,
  },
};

const timestampPattern =
  "(\\d{4})-(\\d\\d)-(\\d\\d)" +
  "(?:[ T](?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:0\\d|1[0-5]):[0-5]\\d)?)?";
const wholeTimestamp = new RegExp(`^${timestampPattern}$`);

function wholeNumber(
  type: "INTEGER" | "BIGINT",
  expected: string,
  safeDigits: number,
  min: bigint,
  max: bigint,
): CsvValueRule {
  return {
    engineType: type,
    expected,
    // The cast alone would round 12.7 and take 1e3, 0x10 and 1_000. Writing the number back is the quickest
    // test for plain digits; the pattern is for signs and leading zeros.
    sql: (text) =>
      `CASE WHEN CAST(TRY_CAST(${text} AS ${type}) AS VARCHAR) = ${text} THEN TRY_CAST(${text} AS ${type}) ` +
      `WHEN regexp_full_match(${text}, '[-+]?\\d+') THEN TRY_CAST(${text} AS ${type}) END`,
    accepts: (bytes, start, end) => {
      const first = bytes[start];
      const digits = first === minus || first === plus ? start + 1 : start;
      if (digits === end) return false;
      for (let i = digits; i < end; i++) if (!isDigit(bytes[i])) return false;
      if (end - digits <= safeDigits) return true;
      const value = BigInt(ascii(bytes, first === plus ? digits : start, end));
      return value >= min && value <= max;
    },
  };
}

/** Digits as a decimal holds them all; what it would round, and exponents, are none. */
function decimalNumber(precision: number, scale: number): CsvValueRule | undefined {
  if (precision < 1 || precision > 38 || scale > precision) return undefined;
  const pattern = `[-+]?0*\\d{0,${precision - scale}}(?:\\.\\d{0,${scale}}0*)?`;
  const whole = new RegExp(`^${pattern}$`);
  const type = `DECIMAL(${precision},${scale})`;
  return {
    engineType: type,
    expected: `a number of at most ${precision - scale} digits before the point and ${scale} after it (decimal(${precision},${scale}))`,
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, '${pattern}') AND regexp_matches(${text}, '\\d') THEN TRY_CAST(${text} AS ${type}) END`,
    accepts: (bytes, start, end) => {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
      return whole.test(text) && /\d/.test(text);
    },
  };
}

const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isDouble(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  if (bytes[i] === minus || bytes[i] === plus) i++;
  const whole = i;
  while (i < end && isDigit(bytes[i])) i++;
  let digits = i - whole;
  if (i < end && bytes[i] === point) {
    i++;
    const fraction = i;
    while (i < end && isDigit(bytes[i])) i++;
    digits += i - fraction;
  }
  if (i === end) return digits > 0;
  return /^[-+]?(?:(?:\d+\.?\d*|\.\d+)e[-+]?\d+|nan|inf|infinity)$/i.test(ascii(bytes, start, end));
}

function isTimestamp(bytes: Uint8Array, start: number, end: number): boolean {
  const match = wholeTimestamp.exec(ascii(bytes, start, end));
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return end - start > 64 ? "" : String.fromCharCode(...bytes.subarray(start, end));
}
