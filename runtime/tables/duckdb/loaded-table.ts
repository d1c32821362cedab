import type { PlannedTable } from "../planned-table.ts";
import { ownFile } from "../source.ts";
import { TableError } from "../table-error.ts";
import { castColumns } from "./cast-columns.ts";
import { engineProblem } from "./engine-error.ts";
import type { FileReading } from "./file-reading.ts";
import type { PlanNode } from "./plan.ts";
import { queryShape } from "./query-shape.ts";
import { literal } from "./quoting.ts";

/**
 * Reads a file now, as a whole, and keeps its rows as Parquet: what is wrong in it is found here.
 * @throws {TableError} with the file, and the line or column where the engine tells it.
 */
export async function loadedTable(
  { engine, files, make }: FileReading,
  sql: string,
  shown: string,
): Promise<PlannedTable<PlanNode>> {
  const path = `${files.temporary()}.parquet`;
  try {
    const shape = await engine.use(async (connection, api) => {
      const loaded = await queryShape(connection, api, sql);
      await connection.run(
        `COPY (SELECT ${castColumns(loaded)} FROM (${sql})) TO ${literal(path)} (FORMAT parquet, COMPRESSION snappy)`,
      );
      return loaded;
    });
    return make({ kind: "parquet", source: ownFile(path, shown), temporary: true }, shape);
  } catch (error) {
    engine.signal?.throwIfAborted();
    throw loadError(error, shown);
  }
}

export function loadError(error: unknown, shown: string): TableError {
  return error instanceof TableError
    ? error
    : new TableError(fileProblem(engineProblem(error).message, shown));
}

function fileProblem(message: string, shown: string): string {
  if (message.startsWith(`${shown}: the column `)) return message; // said by our own SQL
  const [text = ""] = message.replace(/\n\s*\n[\s\S]*$/, "").split("\n");
  if (/Failed to open zip|not a valid xlsx|Failed to (?:find|locate)/i.test(text))
    return `${shown}: is no Excel workbook (.xlsx).`;
  const line = /in line (\d+)/.exec(text)?.[1];
  const said = text
    .replace(/^(?:Malformed JSON|JSON transform error) in file "[^"]*",?\s*/, (match) =>
      match.startsWith("Malformed") ? "is not JSON: " : "",
    )
    .replace(/(?:at byte \d+ )?in (?:line|record\/value) \d+:\s*/, "")
    .replace(/\s*Try (?:setting|increasing)[\s\S]*$/, "")
    .replace(/[.!\s]*$/, "");
  return `${shown}${line === undefined ? "" : `:${line}`}: ${said}.`;
}
