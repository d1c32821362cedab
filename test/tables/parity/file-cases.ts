import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CsvOptions, Session } from "../../../runtime/tables/session.ts";
import { type EngineCase, shownRow } from "./engine-case.ts";

const columns = { a: "integer", b: "string" } as const;

/** Files that are read, and what is said of those that can't be. */
export const fileCases: readonly EngineCase[] = [
  csv(
    "A NUL is a character like any other, early",
    "a,b\n1,x\n2,y\0z\n",
    { columns },
    '1, "x"; 2, "y\\u0000z"',
  ),
  csv(
    "A NUL is a character like any other, late",
    `a,b\n${"1,x\n".repeat(20_000)}2,y\0z\n`,
    { columns },
    `${'1, "x"; '.repeat(20_000)}2, "y\\u0000z"`,
  ),
  csv(
    "A NUL where a number belongs is a bad row",
    "a,b\n1,x\n\x002,y\n",
    { columns },
    'file.csv:3: "a" should be a whole number (integer) but is "\\u00002". Correct the line, or read the file with onBadRow: "reject".',
  ),
  csv(
    "A NUL in the header makes no text of it",
    "a,b\0\n1,x\n",
    { columns },
    "file.csv: is a binary file, not CSV text.",
  ),
  csv(
    "Columns whose names differ only in case are refused",
    "Id,ID\n1,2\n",
    { columns: { Id: "integer", ID: "integer" } },
    'file.csv: two columns are named "ID": names that differ only in case are one name. Name them apart in the header.',
  ),
  csv("One of such columns can be read", "Id,ID\n1,2\n", { columns: { ID: "integer" } }, "2"),
  csv(
    "A column without a name is refused",
    ",b\n1,2\n",
    { columns: { "": "integer" } },
    "file.csv:1: a column without a name can't be read. Give it a name in the header.",
  ),
  csv(
    "A name that promises compression promises nothing",
    "a,b\n1,x\n",
    { columns },
    '1, "x"',
    "file.csv.zst",
  ),
  {
    name: "Rows' columns whose names differ only in case are refused",
    ask: (session) =>
      said(() =>
        session.fromRows(
          [
            { name: "Id", type: "integer" },
            { name: "ID", type: "integer" },
          ],
          [{ Id: 1, ID: 2 }],
        ),
      ),
    gives: 'fromRows: two columns are named "ID": names that differ only in case are one name.',
  },
  {
    name: "A stage's column whose name differs only in case from a table's is refused",
    ask: async (session) => {
      const table = await session.sql`SELECT 'x y' AS "Title"`;
      return said(() =>
        session.transform(table, [{ stage: "Tokenizer", inputCol: "Title", outputCol: "title" }]),
      );
    },
    gives: 'transform: Tokenizer: the table already has a column "title". Choose another outputCol.',
  },
];

function csv(name: string, text: string, options: CsvOptions, gives: string, file = "file.csv"): EngineCase {
  return {
    name: `CSV: ${name}`,
    ask: async (session: Session, folder: string) => {
      await writeFile(join(folder, file), text);
      return said(async () => (await (await session.readCsv(file, options)).rows()).map(shownRow).join("; "));
    },
    gives,
  };
}

/** What a call gives, or the message of its error. */
export async function said(call: () => Promise<unknown>): Promise<string> {
  try {
    return String(await call());
  } catch (error) {
    if (error instanceof Error && error.name === "TableError") return error.message;
    throw error;
  }
}
