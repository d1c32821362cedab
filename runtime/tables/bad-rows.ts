import type { CsvOptions } from "./session.ts";
import { TableError } from "./table-error.ts";

/** More bad rows than this are not rejects but another kind of file. */
export const mostRejects = 100_000;

/** @throws {TableError} for what a bad row can't do. @param of whose option it is. */
export function checkOnBadRow(onBadRow: CsvOptions["onBadRow"], of: string): void {
  if (onBadRow !== undefined && onBadRow !== "fail" && onBadRow !== "reject")
    throw new TableError(`${of}: onBadRow has to be "fail" or "reject", not ${JSON.stringify(onBadRow)}.`);
}

/** The error for a bad row of a file, where such are not to be rejected. */
export function badRowError(
  shown: string,
  { line, reason }: { readonly line: number; readonly reason: string },
): TableError {
  return new TableError(
    `${shown}:${line}: ${reason}. Correct the line, or read the file with onBadRow: "reject".`,
  );
}
