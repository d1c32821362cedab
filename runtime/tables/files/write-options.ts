import type { CsvWriteOptions, ExcelWriteOptions, ParquetWriteOptions } from "../session.ts";
import type { Shape } from "../shape.ts";
import { TableError } from "../table-error.ts";

/** A table's rows as a file of a format, or as a folder of Parquet. */
export type WriteRequest =
  | { readonly format: "parquet"; readonly options: ParquetWriteOptions }
  | { readonly format: "csv"; readonly options: CsvWriteOptions }
  | { readonly format: "json" }
  | { readonly format: "excel"; readonly options: ExcelWriteOptions };

/** Whether a request is for Parquet as an engine writes it by itself. */
export function isPlainParquet(request: WriteRequest): boolean {
  return (
    request.format === "parquet" && Object.values(request.options).every((option) => option === undefined)
  );
}

/** Whether rows go to several files, in folders by their keys, or by their number. */
export function isWrittenAsFolder({ partitionBy = [], rowsPerFile }: ParquetWriteOptions): boolean {
  return partitionBy.length > 0 || rowsPerFile !== undefined;
}

const compressions = ["snappy", "gzip", "zstd", "none"];

/** @throws {TableError} for options that can't be, and for columns that the format has no values for. */
export function checkWrite(request: WriteRequest, { columns, types }: Shape, shown: string): void {
  const wrong = (what: string) => new TableError(`${shown}: ${what}`);
  if (request.format === "parquet") {
    const { partitionBy = [], mode = "overwrite", rowsPerFile, compression } = request.options;
    if (!["overwrite", "append", "partitions"].includes(mode))
      throw wrong(`mode has to be "overwrite", "append" or "partitions", not ${JSON.stringify(mode)}.`);
    if (mode === "partitions" && partitionBy.length === 0)
      throw wrong(
        'mode "partitions" replaces the partitions that the rows are in: say by partitionBy which those are.',
      );
    if (rowsPerFile !== undefined && !(Number.isInteger(rowsPerFile) && rowsPerFile > 0))
      throw wrong(`rowsPerFile is ${rowsPerFile}. Give a whole number from 1.`);
    if (compression !== undefined && !compressions.includes(compression))
      throw wrong(
        `compression has to be one of ${compressions.join(", ")}, not ${JSON.stringify(compression)}.`,
      );
    for (const name of partitionBy)
      if (!columns.some((column) => column.name === name))
        throw wrong(
          `partitionBy: there is no column ${JSON.stringify(name)}. There are: ${columns.map((c) => c.name).join(", ")}.`,
        );
    if (partitionBy.length === columns.length)
      throw wrong("partitionBy has all columns: no rows are left to write.");
    return;
  }
  if (request.format === "json") return;
  const told = request.format === "csv" ? "CSV" : "Excel";
  types.forEach(({ kind }, i) => {
    if (["array", "struct", "map", "binary"].includes(kind))
      throw wrong(
        `the column ${JSON.stringify(columns[i]?.name)} is ${columns[i]?.type}, of which ${told} has no values. Leave it out, or write ${kind === "binary" ? "Parquet" : "JSON or Parquet"}.`,
      );
  });
  if (request.format === "csv") {
    const { delimiter = "," } = request.options;
    if (!/^[\t\x20-\x7e]$/.test(delimiter) || delimiter === '"')
      throw wrong(`delimiter has to be one ASCII character, and no quote, not ${JSON.stringify(delimiter)}.`);
  }
}
