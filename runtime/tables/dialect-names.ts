import type { DialectHint } from "./dialect-hint.ts";
import { argumentsAt, isWord } from "./sql-operands.ts";
import type { SqlToken } from "./sql-tokens.ts";

/** Columns that a query gives no name: each engine makes one up. */
export function namesHints(tokens: readonly SqlToken[]): readonly DialectHint[] {
  return [...unnamedValues(tokens), ...unnamedExpressions(tokens)];
}

/** `VALUES` and `range` whose columns no list names. */
function unnamedValues(tokens: readonly SqlToken[]): DialectHint[] {
  return tokens.flatMap((token, i): DialectHint[] => {
    const before = tokens[i - 1];
    const isValues = isWord(token, "VALUES") && tokens[i + 1]?.text === "(";
    const isRange =
      isWord(token, "RANGE") &&
      tokens[i + 1]?.text === "(" &&
      (isWord(before, "FROM", "JOIN") || before?.text === ",");
    if (!isValues && !isRange) return [];
    if (isValues && isWord(tokens[i - 2], "IN")) return [];
    // What comes before and after: a list of names on either side.
    const isNamedBefore = isValues && before?.text === "(" && namesEndAt(tokens, i - 3);
    if (isNamedBefore || isNamedAfter(tokens, i, isValues && before?.text === "(")) return [];
    const what = `The columns of ${isValues ? "VALUES" : "range()"} without names of their own`;
    const instead = isValues ? "(VALUES ...) AS v(a, b)" : "range(n) AS r(i)";
    return [{ token, what, does: "have other names on the other engine", instead }];
  });
}

/** `WITH v(a, b) AS (VALUES ...)`: whether such a list ends at a place, before AS. */
function namesEndAt(tokens: readonly SqlToken[], end: number): boolean {
  return isWord(tokens[end + 1], "AS") && tokens[end]?.text === ")";
}

/** `(VALUES ...) [AS] v(a, b)`, `range(n) [AS] r(i)`. @param isInside whether a parenthesis is to be closed first. */
function isNamedAfter(tokens: readonly SqlToken[], start: number, isInside: boolean): boolean {
  let depth = isInside ? 1 : 0;
  for (let at = start + 1; at < tokens.length; at++) {
    const { text } = tokens[at] ?? { text: "" };
    if (text === "(") depth++;
    if (text !== ")" || --depth > 0) continue;
    if (!isInside && tokens[at + 1]?.text === ",") continue; // the next row
    const name = isWord(tokens[at + 1], "AS") ? at + 2 : at + 1;
    const isName = tokens[name]?.kind === "word" || tokens[name]?.kind === "quoted";
    return isName && tokens[name + 1]?.text === "(";
  }
  return false;
}

const clauses = [
  ...["FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"],
  ...["UNION", "EXCEPT", "INTERSECT", "WINDOW", "QUALIFY"],
];

/** What the outermost SELECT computes without a name: the first. */
function unnamedExpressions(tokens: readonly SqlToken[]): DialectHint[] {
  let depth = 0;
  const start = tokens.findIndex((token) => {
    if (token.text === "(") depth++;
    if (token.text === ")") depth--;
    return depth === 0 && isWord(token, "SELECT");
  });
  if (start === -1) return [];
  depth = 0;
  const rest = tokens.slice(start + 1);
  const end = rest.findIndex((token, i) => {
    if (token.kind === "symbol" && "([".includes(token.text)) depth++;
    if (token.kind === "symbol" && ")]".includes(token.text)) depth--;
    const isDistinctFrom = isWord(token, "FROM") && isWord(rest[i - 1], "DISTINCT");
    return depth === 0 && isWord(token, ...clauses) && !isDistinctFrom;
  });
  const list = (end === -1 ? rest : rest.slice(0, end)).filter(
    (token, i) => i > 0 || !isWord(token, "DISTINCT", "ALL"),
  );
  const unnamed = argumentsAt(list, 0).flatMap((item): DialectHint[] => {
    const [token] = item;
    if (token === undefined || isNamed(item)) return [];
    return [
      {
        token,
        what: "A column that is computed and has no name of its own",
        does: "may be called otherwise on the other engine",
        instead: "x AS name",
      },
    ];
  });
  return unnamed.slice(0, 1);
}

/** Aggregates whose columns are called alike where they are of a column. */
const alike = /^(?:SUM|COUNT|AVG|MIN|MAX|UPPER|LOWER|LENGTH|ABS|ROUND)$/;
const values = /^(?:END|NULL|TRUE|FALSE|DAY|MONTH|YEAR|HOUR|MINUTE|SECOND)$/;

function isNamed(item: readonly SqlToken[]): boolean {
  const last = item.at(-1);
  const before = item.at(-2);
  if (last === undefined || last.text === "*") return true;
  let depth = 0;
  for (const token of item) {
    if (token.kind === "symbol" && "([".includes(token.text)) depth++;
    if (token.kind === "symbol" && ")]".includes(token.text)) depth--;
    if (depth === 0 && (isWord(token, "AS") || token.text === "*")) return true; // `* EXCEPT (...)`, too; of a product both say it alike
  }
  if (item.length === 1)
    return last.kind !== "text" && last.kind !== "input" && !/^(?:TRUE|FALSE)$/.test(last.text);
  const isName = last.kind === "quoted" || (last.kind === "word" && !values.test(last.text));
  if (isName && (before?.text === "." || !isOperator(before))) return true;
  const [first, second, argument] = item;
  return (
    item.length === 4 &&
    alike.test(first?.text ?? "") &&
    second?.text === "(" &&
    argument?.kind !== "text" &&
    argument?.text !== "*"
  );
}

function isOperator(token: SqlToken | undefined): boolean {
  if (token === undefined) return true;
  if (token.kind === "symbol") return token.text !== ")" && token.text !== "]";
  return isWord(token, "AND", "OR", "NOT", "IN", "LIKE", "IS", "BETWEEN", "DIV");
}
