import type { DialectHint } from "./dialect-hint.ts";
import {
  argumentsAt,
  type ColumnTypes,
  isWord,
  kindBefore,
  kindOfNumber,
  kindOfSqlType,
  type OperandKind,
  operandAt,
} from "./sql-operands.ts";
import type { SqlToken } from "./sql-tokens.ts";

/** Functions that give fractions whatever they are given. */
const fractional =
  /^(?:AVG|MEAN|MEDIAN|STDDEV\w*|VAR\w*|SQRT|CBRT|LN|LOG\d*|EXP|POW|POWER|RAND|RANDOM|SIN|COS|TAN|PI|PERCENT_RANK|CUME_DIST)$/;
/** Functions that give one of what they are given. */
const passing = /^(?:SUM|MIN|MAX|ABS|COALESCE|NULLIF|IFNULL|GREATEST|LEAST|FIRST|LAST|LAG|LEAD)$/;
const wholeTypes = /^(?:TINYINT|SMALLINT|INT|INTEGER|BIGINT|LONG|SHORT|BYTE)$/;
const textTypes = /^(?:STRING|VARCHAR|TEXT)$/;

/** What is taken differently of numbers and times. */
export function arithmeticHint(
  tokens: readonly SqlToken[],
  i: number,
  types: ColumnTypes,
): DialectHint | undefined {
  const token = tokens[i];
  if (token === undefined) return undefined;
  if (isWord(token, "CAST") && tokens[i + 1]?.text === "(") return castHint(tokens, i, types);
  if (isWord(token, "AVG") && tokens[i + 1]?.text === "(") return averageHint(tokens, i, types);
  if (isWord(token, "MOD") && tokens[i + 1]?.text === "(") {
    const divisor = argumentsAt(tokens, i + 2)[1] ?? [];
    return mayBeZero(divisor)
      ? { token, what: "mod(x, y) where y may be 0", instead: "mod(x, nullif(y, 0))" }
      : undefined;
  }
  if (token.kind !== "symbol") return undefined;
  switch (token.text) {
    case "^":
      return { token, what: "x ^ y", instead: "power(x, y)" };
    case "/":
    case "%":
      return divisionHint(tokens, i, types);
    case "::":
      return conversionHint(token, [tokens[i - 1] ?? token], tokens[i + 1]?.text, types);
    case "+":
    case "-":
      return timeHint(tokens, i, types);
    default:
      return undefined;
  }
}

function castHint(tokens: readonly SqlToken[], i: number, types: ColumnTypes): DialectHint | undefined {
  const [argument = []] = argumentsAt(tokens, i + 2);
  const as = argument.findLastIndex((token) => isWord(token, "AS"));
  const token = tokens[i];
  if (as < 1 || token === undefined) return undefined;
  return conversionHint(token, argument.slice(0, as), argument[as + 1]?.text, types);
}

function conversionHint(
  token: SqlToken,
  value: readonly SqlToken[],
  type: string | undefined,
  types: ColumnTypes,
): DialectHint | undefined {
  if (wholeTypes.test(type ?? "") && mayBeFraction(value, types))
    return {
      token,
      what: "CAST(fraction AS INTEGER), which rounds or cuts,",
      instead: "CAST(floor(x) AS INTEGER) or CAST(round(x) AS INTEGER)",
    };
  if (textTypes.test(type ?? "") && isDouble(value, types))
    return {
      token,
      what: "CAST(double AS STRING), which writes large and small numbers in its own way,",
      instead: "CAST(CAST(x AS DECIMAL(p, s)) AS STRING)",
    };
  return undefined;
}

/** Whether a value may have a fraction: by what stands in it, but for what gives whole numbers. */
function mayBeFraction(value: readonly SqlToken[], types: ColumnTypes): boolean {
  const [first, second] = value;
  const inner = value.slice(2, -1);
  if (first?.kind === "word" && second?.text === "(" && operandAt(value, 0).length === value.length) {
    if (fractional.test(first.text)) return true;
    if (isWord(first, "CAST")) return ["double", "decimal"].includes(kindOfSqlType(castType(inner)));
    return passing.test(first.text) && mayBeFraction(inner, types);
  }
  return value.some((token, i) => {
    if (token.kind === "symbol") return token.text === "/";
    if (token.kind === "number") return ["double", "decimal"].includes(kindOfNumber(token.text));
    if (value[i + 1]?.text === "(") return fractional.test(token.text);
    return ["double", "decimal"].includes(types.of(token) ?? "other");
  });
}

function isDouble(value: readonly SqlToken[], types: ColumnTypes): boolean {
  const [first, second] = value;
  const last = value.at(-1);
  if (isWord(first, "CAST") && second?.text === "(" && operandAt(value, 0).length === value.length)
    return kindOfSqlType(castType(value.slice(2, -1))) === "double";
  const isName = value.length === 1 || (value.length === 3 && second?.text === ".");
  return isName && last !== undefined && types.of(last) === "double";
}

/** The type that stands last in a cast's parentheses. */
function castType(inner: readonly SqlToken[]): string | undefined {
  return inner[inner.findLastIndex((token) => isWord(token, "AS")) + 1]?.text;
}

function averageHint(tokens: readonly SqlToken[], i: number, types: ColumnTypes): DialectHint | undefined {
  const [argument = []] = argumentsAt(tokens, i + 2);
  const token = tokens[i];
  const last = argument.at(-1);
  const isName = argument.length === 1 || (argument.length === 3 && argument[1]?.text === ".");
  if (token === undefined || last === undefined || !isName || types.of(last) !== "decimal") return undefined;
  return { token, what: "avg() of decimals", instead: "avg(CAST(x AS DOUBLE))" };
}

function divisionHint(tokens: readonly SqlToken[], i: number, types: ColumnTypes): DialectHint | undefined {
  const token = tokens[i];
  const divisor = operandAt(tokens, i + 1);
  const sign = token?.text ?? "";
  if (token === undefined) return undefined;
  if (mayBeZero(divisor))
    return { token, what: `x ${sign} y where y may be 0`, instead: `x ${sign} nullif(y, 0)` };
  const kinds = [kindBefore(tokens, i - 1, types), kindOfValue(divisor, types)];
  const isCall = tokens[i - 1]?.text === ")";
  if (sign === "/" && kinds.includes("decimal") && !kinds.includes("double") && !isCall)
    return { token, what: "x / y of decimals", instead: "x / CAST(y AS DOUBLE)" };
  return undefined;
}

function kindOfValue(value: readonly SqlToken[], types: ColumnTypes): OperandKind {
  const last = value.at(-1);
  if (isWord(value[0], "CAST")) return kindOfSqlType(castType(value.slice(2, -1)));
  return last === undefined ? "other" : kindBefore(value, value.length - 1, types);
}

/** Whether a divisor isn't known to be other than 0. */
function mayBeZero(divisor: readonly SqlToken[]): boolean {
  const [first, second] = divisor;
  if (first === undefined || isWord(first, "NULLIF", "PI", "EXP")) return false;
  if (isWord(first, "CAST") && second?.text === "(") return mayBeZero(operandAt(divisor, 2));
  if (first.text === "-") return mayBeZero(divisor.slice(1));
  return first.kind !== "number" || Number(first.text.replaceAll("_", "")) === 0;
}

function timeHint(tokens: readonly SqlToken[], i: number, types: ColumnTypes): DialectHint | undefined {
  const token = tokens[i];
  const left = kindBefore(tokens, i - 1, types);
  if (token === undefined || (left !== "date" && left !== "timestamp")) return undefined;
  if (isWord(tokens[i + 1], "INTERVAL")) {
    const as = tokens.slice(i + 2, i + 5).findIndex((next) => isWord(next, "AS")); // INTERVAL '1' DAY AS DATE
    const isCast = as !== -1 && isWord(tokens[i + 3 + as], "DATE", "TIMESTAMP");
    return left === "timestamp" || isCast
      ? undefined
      : { token, what: "date ± INTERVAL", instead: "CAST(date ± INTERVAL '1' DAY AS DATE)" };
  }
  if (token.text === "+") return undefined;
  const right = kindOfValue(operandAt(tokens, i + 1), types);
  if ((right !== "date" && right !== "timestamp") || isExtracted(tokens, i)) return undefined;
  return {
    token,
    what: "A difference of times",
    instead: "extract(DAY FROM timestamp - timestamp)",
  };
}

/** Whether a difference stands in `extract(... FROM a - b)`. */
function isExtracted(tokens: readonly SqlToken[], i: number): boolean {
  const from = tokens.slice(0, i).findLastIndex((token) => isWord(token, "FROM"));
  return isWord(tokens[from - 3], "EXTRACT") && i - from <= 6;
}
