import { isWrittenAsFolder, type WriteRequest } from "../files/write-options.ts";
import type { Shape } from "../shape.ts";
import { literal, quoted } from "./quoting.ts";

/** How the engine writes a file of a format. */
export function copyOptions(request: WriteRequest): string {
  switch (request.format) {
    case "csv": {
      const { delimiter = ",", compression = "none" } = request.options;
      return `FORMAT csv, HEADER true, DELIMITER ${literal(delimiter)}, QUOTE '"', ESCAPE '"', NULLSTR '', COMPRESSION '${compression}'`;
    }
    case "json":
      return "FORMAT json, DATEFORMAT '%Y-%m-%d', TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'";
    case "excel": {
      const { sheet } = request.options;
      return `FORMAT xlsx, HEADER true${sheet === undefined ? "" : `, SHEET ${literal(sheet)}`}`;
    }
    case "parquet": {
      const { partitionBy = [], rowsPerFile, compression = "snappy" } = request.options;
      return [
        "FORMAT parquet",
        `COMPRESSION ${compression === "none" ? "uncompressed" : compression}`,
        ...(partitionBy.length === 0 ? [] : [`PARTITION_BY (${partitionBy.map(quoted).join(", ")})`]),
        ...(rowsPerFile === undefined ? [] : [`ROW_GROUP_SIZE ${rowsPerFile}`, "ROW_GROUPS_PER_FILE 1"]),
        ...(isWrittenAsFolder(request.options) ? ["OVERWRITE_OR_IGNORE true"] : []),
      ].join(", ");
    }
  }
}

/** The query with values as a format can hold them, or an error with their column. */
export function writtenSql(
  request: WriteRequest,
  query: string,
  { columns, types }: Shape,
  shown: string,
): string {
  if (request.format !== "json") return query;
  const values = columns.map(({ name }, i) => {
    const kind = types[i]?.kind;
    if (kind === "binary") return `base64(${quoted(name)}) AS ${quoted(name)}`;
    if (kind !== "double" && kind !== "float") return quoted(name);
    const lost = literal(
      `${shown}: the column ${JSON.stringify(name)} has a number that JSON has none for: `,
    );
    return `CASE WHEN isfinite(${quoted(name)}) IS NOT FALSE THEN ${quoted(name)} ELSE CAST(error(${lost} || ${quoted(name)}::VARCHAR || '.') AS ${kind}) END AS ${quoted(name)}`;
  });
  return `SELECT ${values.join(", ")} FROM (${query})`;
}
