import type { ParsedType } from "../column-types.ts";
import { boundValue } from "../sql-input.ts";
import type { Plan, PlanNode } from "./plan.ts";
import { quoted } from "./quoting.ts";

/**
 * The query that gives a row where any of the texts is in a table: in texts and binaries, in what holds them as JSON,
 * and in the digits of numbers and dates where a text could be some.
 * @returns undefined where no column can hold any.
 */
export function textSearch(node: PlanNode, texts: readonly string[]): Plan | undefined {
  const searches = node.columns.flatMap(({ name }, i) =>
    texts.flatMap((text) => searchIn(quoted(name), node.types[i], text)),
  );
  if (searches.length === 0) return undefined;
  const between = searches.map(({ where }, i) => `${i === 0 ? " WHERE" : ") OR"} contains(${where}, `);
  return {
    kind: "query",
    texts: ["SELECT 1 FROM ", ...between, ") LIMIT 1"],
    inputs: [{ node }, ...searches.map(({ text }, i) => ({ value: boundValue(text, String(i + 1)) }))],
  };
}

/** An expression that has a text if the column has. */
function searchIn(
  column: string,
  type: ParsedType | undefined,
  text: string,
): readonly { readonly where: string; readonly text: string }[] {
  switch (type?.kind) {
    case undefined:
    case "string":
      return [{ where: column, text }];
    case "binary":
      return [{ where: `hex(${column})`, text: Buffer.from(text).toString("hex").toUpperCase() }];
    case "array":
    case "struct":
    case "map":
      return [{ where: `CAST(to_json(${column}) AS VARCHAR)`, text }];
    default:
      return /^[-+\d.:TZ ]+$/.test(text) ? [{ where: `CAST(${column} AS VARCHAR)`, text }] : [];
  }
}
