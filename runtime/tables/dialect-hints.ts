import { arithmeticHint } from "./dialect-arithmetic.ts";
import type { DialectHint } from "./dialect-hint.ts";
import { namesHints } from "./dialect-names.ts";
import type { Column } from "./session.ts";
import { argumentsAt, ColumnTypes, isValueEnd, isWord } from "./sql-operands.ts";
import type { SqlToken } from "./sql-tokens.ts";

/** Functions whose values differ, with the number of arguments that they differ with. */
const functions: Readonly<Record<string, { readonly args?: number; readonly instead: string }>> = {
  LOG: { args: 1, instead: "ln(x) or log10(x)" },
  REGEXP_REPLACE: { instead: "replace(s, text, by), or regexp_extract" },
  CONCAT: { instead: "concat_ws('', a, b), which leaves nulls out, or a || b, which is null with one" },
  DAYOFWEEK: { instead: "a calendar's table" },
  WEEKDAY: { instead: "a calendar's table" },
  DAYNAME: { instead: "a calendar's table" },
  MONTHNAME: { instead: "a calendar's table" },
  ANY_VALUE: { instead: "min(x) or max(x)" },
  ARRAY_AGG: { instead: "array_agg(x) FILTER (WHERE x IS NOT NULL)" },
  TYPEOF: { instead: "the table's columns in the flow" },
  SKEWNESS: { instead: "the moments by sums of powers, such as avg(power(x, 3))" },
  KURTOSIS: { instead: "the moments by sums of powers, such as avg(power(x, 3))" },
  LTRIM: { args: 2, instead: "trim(LEADING 'x' FROM s)" },
  RTRIM: { args: 2, instead: "trim(TRAILING 'x' FROM s)" },
};

/**
 * Where a query uses what gives other values on the other engine, as far as its tokens tell.
 * @param columns of the tables that stand in it.
 */
export function dialectHints(
  tokens: readonly SqlToken[],
  columns: readonly Column[] = [],
): readonly DialectHint[] {
  const types = new ColumnTypes(columns);
  const each = tokens.flatMap((_token, i): DialectHint[] => {
    const found =
      textHint(tokens, i) ??
      arithmeticHint(tokens, i, types) ??
      elementHint(tokens, i) ??
      functionHint(tokens, i);
    return found === undefined ? [] : [found];
  });
  return [...each, ...namesHints(tokens)];
}

function textHint(tokens: readonly SqlToken[], i: number): DialectHint | undefined {
  const token = tokens[i];
  if (token?.kind !== "text") return undefined;
  const before = tokens[i - 1];
  if (token.text.includes("\\")) return { token, what: "A backslash in a text", instead: "a bound value" };
  if (before?.text === "X" && before.part === token.part && before.end === token.start)
    return { token: before, what: "X'...'", instead: "a column of binary in a table" };
  return undefined;
}

function elementHint(tokens: readonly SqlToken[], i: number): DialectHint | undefined {
  const token = tokens[i];
  if (token?.kind !== "symbol" || token.text !== "[") return undefined;
  const isType = tokens[i + 1]?.text === "]" || /^(?:AS|::)$/.test(tokens[i - 2]?.text ?? ""); // INTEGER[], AS INTEGER[3]
  if (isType || !isValueEnd(tokens[i - 1])) return undefined;
  return { token, what: "x[i], which counts from 1 or from 0", instead: "element_at(x, i) or split_part" };
}

function functionHint(tokens: readonly SqlToken[], i: number): DialectHint | undefined {
  const token = tokens[i];
  if (token?.kind !== "word" || tokens[i + 1]?.text !== "(") return undefined;
  const args = argumentsAt(tokens, i + 2);
  const name = token.text;
  const is = (what: string, instead: string): DialectHint => ({ token, what, instead });
  if (/^SUBSTR(?:ING)?$/.test(name)) {
    if (args[1]?.length === 1 && args[1][0]?.text === "0")
      return is("substring(s, 0, n)", "substring(s, 1, n)");
    if (args[2]?.[0]?.text === "-") return is("substring() of a negative length", "a length of 0 or more");
  }
  if (/^(?:LEFT|RIGHT)$/.test(name) && args[1]?.[0]?.text === "-")
    return is(`${name.toLowerCase()}() of a negative length`, "substring(s, from, length)");
  if (name === "SPLIT" && args.length === 2 && /[\\^$.|?*+()[\]{}]/.test(args[1]?.[0]?.text ?? ""))
    return is(
      "split(), which takes a text or a pattern",
      "split_part(s, text, n), or a text without .^$|?*+()[]{}",
    );
  if (name === "EXTRACT" || name === "DATE_PART") {
    const part = (args[0]?.[0]?.text ?? "").replaceAll("'", "").toUpperCase();
    const told = name === "EXTRACT" ? `extract(${part} FROM t)` : `date_part('${part.toLowerCase()}', t)`;
    if (/^(?:DOW|DAYOFWEEK|DOW_ISO|WEEKDAY)$/.test(part)) return is(told, "a calendar's table");
    if (/^SECONDS?$/.test(part)) return is(told, "second(t)");
  }
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (known === undefined || (known.args !== undefined && known.args !== args.length)) return undefined;
  if (name === "ARRAY_AGG" && hasFilter(tokens, i)) return undefined;
  return is(`${name.toLowerCase()}()`, known.instead);
}

function hasFilter(tokens: readonly SqlToken[], i: number): boolean {
  let depth = 0;
  for (let at = i + 1; at < tokens.length; at++) {
    if (tokens[at]?.text === "(") depth++;
    if (tokens[at]?.text === ")" && --depth === 0) return isWord(tokens[at + 1], "FILTER");
  }
  return false;
}
