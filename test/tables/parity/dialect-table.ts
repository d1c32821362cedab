import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dialect } from "./dialect-cases.ts";

const file = join(import.meta.dirname, "../../../runtime/tables/README.md");
const begin = "<!-- Written by test/tables/parity: MILLRACE_WRITE_DIALECT=1 writes it anew. -->\n";

/** Holds README's table of differences against the list that is tested, or writes it. */
export async function checkDialectTable(): Promise<void> {
  const text = await readFile(file, "utf8");
  const start = text.indexOf(begin);
  assert.notEqual(start, -1);
  const end = text.indexOf("\n\n## ", start);
  const wanted = text.slice(0, start) + begin + table() + (end < 0 ? "" : text.slice(end + 1));
  if (process.env.MILLRACE_WRITE_DIALECT) await writeFile(file, wanted);
  else assert.equal(text, wanted);
}

function table(): string {
  const rows = dialect.map(({ write, duckdb, spark, instead }) =>
    [write, duckdb, spark, instead].map((text) => (text === undefined ? "" : code(text))).join(" | "),
  );
  return [
    "",
    "| SQL | DuckDB | Spark | The same on both |",
    "|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
    "",
  ].join("\n");
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|").replaceAll("\n", " ")}\``;
}
