import { excerpt } from "./sql-excerpt.ts";
import { type BoundValue, inputMark } from "./sql-input.ts";
import { isWord } from "./sql-operands.ts";
import type { SqlToken } from "./sql-tokens.ts";
import { TableError } from "./table-error.ts";

/** Where a value stands alone that is meant for a column's name. */
type ListPlace = "ORDER BY" | "GROUP BY" | "PARTITION BY";
type LonePlace = ListPlace | "IS NULL" | "IS NOT NULL";

/**
 * Refuses values that stand alone where a column is meant, `ORDER BY ${"city"}`: the same for each row, they order and
 * group nothing, and are never null. A text that is compared elsewhere in the query is no name: `${city} IS NULL OR city
 * = ${city}` is taken.
 * @param values of the inputs, undefined for tables.
 */
export function checkLoneValues(
  texts: readonly string[],
  tokens: readonly SqlToken[],
  values: readonly (BoundValue | undefined)[],
): void {
  const lists = listsOf(tokens);
  let input = 0;
  const found = tokens.flatMap((token, at) => {
    if (token.kind !== "input") return [];
    const value = values[input++]?.value;
    return value === undefined || value === null
      ? []
      : [{ token, value, place: lonePlace(tokens, lists, at) }];
  });
  for (const { token, value, place } of found) {
    if (place === undefined) continue;
    if (place === "IS NULL" || place === "IS NOT NULL") {
      if (typeof value !== "string") continue;
      if (found.some((other) => other.value === value && other.place === undefined)) continue;
    }
    const what = typeof value === "string" ? "text" : "value";
    const does =
      place === "IS NULL" || place === "IS NOT NULL"
        ? "never null"
        : `the same for every row, so that ${effects[place]}`;
    const instead =
      typeof value === "string"
        ? `For the column of that name write \${sql.id(${shown(value)})}`
        : "Write the column's name, or sql.id(name)";
    const offset = texts.slice(0, token.part + 1).join(inputMark).length;
    throw new TableError(
      `SQL: a bound ${what} alone in ${place} is ${does}. ${instead}.\n${excerpt(texts.join(inputMark), offset)}`,
    );
  }
}

const effects: Readonly<Record<ListPlace, string>> = {
  "ORDER BY": "nothing is ordered",
  "GROUP BY": "all rows are one group",
  "PARTITION BY": "all rows are one partition",
};

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}

function lonePlace(
  tokens: readonly SqlToken[],
  lists: readonly (ListPlace | undefined)[],
  at: number,
): LonePlace | undefined {
  let first = at;
  let last = at;
  while (
    tokens[first - 1]?.text === "(" &&
    tokens[last + 1]?.text === ")" &&
    !(isCall(tokens[first - 2]) && !isWord(tokens[first - 2], "ROLLUP", "CUBE"))
  ) {
    first--;
    last++;
  }
  const next = tokens[last + 1];
  const isNot = isWord(tokens[last + 2], "NOT");
  if (isWord(next, "IS") && isWord(tokens[last + (isNot ? 3 : 2)], "NULL") && !isOperator(tokens[first - 1]))
    return isNot ? "IS NOT NULL" : "IS NULL";
  if (!endsItem(next)) return undefined;
  const before = tokens[first - 1];
  return isWord(before, "BY", "ROLLUP", "CUBE", "SETS") || before?.text === "," || before?.text === "("
    ? lists[at]
    : undefined;
}

/** Of each token, the list of a clause that it stands in by itself, not inside a function's arguments. */
function listsOf(tokens: readonly SqlToken[]): readonly (ListPlace | undefined)[] {
  const open: (ListPlace | undefined)[] = [undefined];
  return tokens.map((token, i) => {
    const before = tokens[i - 1];
    if (token.kind === "symbol" && "([".includes(token.text)) {
      const isPart = isWord(before, "BY", "ROLLUP", "CUBE", "SETS") || /^[(,]$/.test(before?.text ?? "");
      open.push(isPart ? open.at(-1) : undefined);
    } else if (token.kind === "symbol" && ")]".includes(token.text)) open.pop();
    else if (isWord(token, "BY")) {
      const word = before?.text;
      open[open.length - 1] =
        word === "ORDER" || word === "GROUP" || word === "PARTITION" ? `${word} BY` : undefined;
    } else if (isWord(token, ...clauses)) open[open.length - 1] = undefined;
    return open.at(-1);
  });
}

const clauses = [
  ...["SELECT", "FROM", "WHERE", "HAVING", "LIMIT", "OFFSET", "VALUES", "ON", "USING", "QUALIFY", "WINDOW"],
  ...["ROWS", "RANGE", "GROUPS", "WHEN", "CASE", "THEN", "ELSE", "IN"],
];

const itemEnds = [
  ...["ASC", "DESC", "NULLS", "LIMIT", "OFFSET", "FETCH", "HAVING", "ORDER", "WINDOW", "QUALIFY"],
  ...["UNION", "EXCEPT", "INTERSECT", "ROWS", "RANGE", "GROUPS", "WITH"],
];

function endsItem(token: SqlToken | undefined): boolean {
  return token === undefined || /^[,);]$/.test(token.text) || isWord(token, ...itemEnds);
}

/** Whether what follows in parentheses are the arguments of a function, by the word before. */
function isCall(token: SqlToken | undefined): boolean {
  if (token?.kind === "quoted") return true;
  return token?.kind === "word" && !isWord(token, ...clauses, ...words);
}

const words = ["BY", "AND", "OR", "NOT", "SELECT", "DISTINCT", "ALL", "OVER", "AS", "IS", "BETWEEN", "LIKE"];

function isOperator(token: SqlToken | undefined): boolean {
  if (token === undefined) return false;
  if (token.kind === "symbol") return !/^[(,;]$/.test(token.text);
  return isWord(token, "LIKE", "ILIKE", "BETWEEN", "IN", "IS", "DIV");
}
