import type { SqlToken } from "./sql-tokens.ts";

/** A construct that both engines take, and each in its own way: see README beside. */
export interface DialectHint {
  readonly token: SqlToken;
  /** A sentence's beginning: what it is. */
  readonly what: string;
  /** What gives the same on both. */
  readonly instead: string;
}

/** Functions whose values differ, with the number of arguments that they differ with. */
const functions: Readonly<Record<string, { readonly args?: number; readonly instead: string }>> = {
  LOG: { args: 1, instead: "ln(x) or log10(x)" },
  REGEXP_REPLACE: { instead: "replace(s, text, by), or regexp_extract" },
  CONCAT: { instead: "concat_ws('', a, b), which leaves nulls out, or a || b, which is null with one" },
  DAYOFWEEK: { instead: "a calendar's table" },
  WEEKDAY: { instead: "a calendar's table" },
  ANY_VALUE: { instead: "min(x) or max(x)" },
  LTRIM: { args: 2, instead: "trim(LEADING 'x' FROM s)" },
  RTRIM: { args: 2, instead: "trim(TRAILING 'x' FROM s)" },
};

/** Where a query uses what gives other values on the other engine, as far as its tokens tell. */
export function dialectHints(tokens: readonly SqlToken[]): readonly DialectHint[] {
  return tokens.flatMap((token, i): DialectHint[] => {
    const before = tokens[i - 1];
    const next = tokens[i + 1];
    if (token.kind === "text" && token.text.includes("\\"))
      return [{ token, what: "A backslash in a text", instead: "a bound value" }];
    if (token.kind === "symbol" && token.text === "^")
      return [{ token, what: "x ^ y", instead: "power(x, y)" }];
    const isType = next?.text === "]" || /^(?:AS|::)$/.test(tokens[i - 2]?.text ?? ""); // INTEGER[], AS INTEGER[3]
    if (token.kind === "symbol" && token.text === "[" && isValueEnd(before) && !isType)
      return [
        { token, what: "x[i], which counts from 1 or from 0", instead: "element_at(x, i) or split_part" },
      ];
    if (token.kind !== "word" || next?.text !== "(") return [];
    const args = argumentsAt(tokens, i + 2);
    if (/^SUBSTR(?:ING)?$/.test(token.text) && args[1]?.length === 1 && args[1][0]?.text === "0")
      return [{ token, what: "substring(s, 0, n)", instead: "substring(s, 1, n)" }];
    const known = Object.hasOwn(functions, token.text) ? functions[token.text] : undefined;
    if (known === undefined || (known.args !== undefined && known.args !== args.length)) return [];
    return [{ token, what: `${token.text.toLowerCase()}()`, instead: known.instead }];
  });
}

function isValueEnd(token: SqlToken | undefined): boolean {
  if (token === undefined) return false;
  return token.text === ")" || token.text === "]" || token.kind === "quoted" || isColumn(token);
}

/** Words after which a bracket begins a list. */
const listMay =
  /^(?:SELECT|BY|IN|AND|OR|NOT|THEN|ELSE|WHEN|CASE|FROM|AS|ARRAY|ON|HAVING|WHERE|VALUES|DISTINCT|LIMIT|LIKE)$/;

function isColumn({ kind, text }: SqlToken): boolean {
  return kind === "word" && !listMay.test(text);
}

/** The tokens of each argument, after the opening parenthesis. */
function argumentsAt(tokens: readonly SqlToken[], from: number): readonly (readonly SqlToken[])[] {
  const args: SqlToken[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(from)) {
    if (token.kind === "symbol" && "([{".includes(token.text)) depth++;
    if (token.kind === "symbol" && ")]}".includes(token.text) && --depth < 0) break;
    if (depth === 0 && token.kind === "symbol" && token.text === ",") args.push([]);
    else args.at(-1)?.push(token);
  }
  return args;
}
