import type { Column } from "./session.ts";
import type { SqlToken } from "./sql-tokens.ts";

/** What a value is, as far as tokens tell it. */
export type OperandKind = "date" | "timestamp" | "double" | "decimal" | "other";

/** The types of columns by their names, whatever table they are of. */
export class ColumnTypes {
  readonly #kinds = new Map<string, OperandKind>();

  constructor(columns: readonly Column[]) {
    for (const { name, type } of columns) {
      const known = this.#kinds.get(name.toUpperCase());
      const kind = kindOfType(type);
      if (known === undefined || known === "other") this.#kinds.set(name.toUpperCase(), kind);
    }
  }

  /** @param token a name in SQL. */
  of({ kind, text }: SqlToken): OperandKind | undefined {
    if (kind === "word") return this.#kinds.get(text);
    if (kind !== "quoted") return undefined;
    return this.#kinds.get(text.slice(1, -1).replaceAll('""', '"').toUpperCase());
  }
}

function kindOfType(type: string): OperandKind {
  if (type === "date" || type === "timestamp") return type;
  if (type === "double" || type === "float") return "double";
  return /^decimal\(\d+,[1-9]/.test(type) ? "decimal" : "other";
}

/** The kind of a type as SQL names it. */
export function kindOfSqlType(type: string | undefined): OperandKind {
  if (type === "DATE") return "date";
  if (type === "TIMESTAMP" || type === "TIMESTAMPTZ") return "timestamp";
  return /^(?:DOUBLE|FLOAT|REAL)$/.test(type ?? "") ? "double" : "other";
}

export function isWord(token: SqlToken | undefined, ...words: readonly string[]): boolean {
  return token?.kind === "word" && words.includes(token.text);
}

/** Whether a token may end a value. */
export function isValueEnd(token: SqlToken | undefined): boolean {
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
export function argumentsAt(tokens: readonly SqlToken[], from: number): readonly (readonly SqlToken[])[] {
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

/** What the value is that ends at a place. */
export function kindBefore(tokens: readonly SqlToken[], end: number, types: ColumnTypes): OperandKind {
  const last = tokens[end];
  const before = tokens[end - 1];
  if (last === undefined) return "other";
  if (last.kind === "text") return kindOfSqlType(before?.kind === "word" ? before.text : undefined);
  if (last.kind === "number") return kindOfNumber(last.text);
  if (last.text === ")" && isWord(tokens[end - 2], "AS")) return kindOfSqlType(before?.text);
  if (isWord(last, "CURRENT_DATE")) return "date";
  if (isWord(last, "CURRENT_TIMESTAMP")) return "timestamp";
  return types.of(last) ?? "other";
}

/** The tokens of the value that begins at a place: a literal, a name, a call, something in parentheses. */
export function operandAt(tokens: readonly SqlToken[], start: number): readonly SqlToken[] {
  let end = start;
  if (tokens[end]?.text === "-") end++;
  if (isWord(tokens[end], "DATE", "TIMESTAMP") && tokens[end + 1]?.kind === "text")
    return tokens.slice(start, end + 2);
  while (tokens[end + 1]?.text === ".") end += 2;
  if (tokens[end]?.text === "(" || tokens[end + 1]?.text === "(") {
    let depth = 0;
    for (; end < tokens.length; end++) {
      if (tokens[end]?.text === "(") depth++;
      if (tokens[end]?.text === ")" && --depth === 0) break;
    }
  }
  return tokens.slice(start, end + 1);
}

export function kindOfNumber(text: string): OperandKind {
  if (/e/i.test(text)) return "double";
  return text.includes(".") ? "decimal" : "other";
}
