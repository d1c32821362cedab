import { cleaned, engineProblem, tableError } from "../tables/duckdb/engine-error.ts";
import { TableError } from "../tables/table-error.ts";
import { catalogFile, type LakePlace } from "./lake-place.ts";

/** The error for a user, of what went wrong with a dataset. */
export function lakeError(error: unknown, place: LakePlace): TableError {
  if (error instanceof TableError) return error;
  const message = innermost(engineProblem(error).message);
  if (/not a database|malformed|disk image|unsupported file format/i.test(message))
    return new TableError(
      `The dataset ${place.name}: its catalog, ${catalogFile(place)}, is damaged: ${cleaned(message)} Put back a copy of ${place.folder}, or move it away and write the dataset anew.`,
    );
  if (/unable to open database|readonly database|Permission denied/i.test(message))
    return new TableError(
      `The dataset ${place.name}: ${place.folder} can't be read and written: ${cleaned(message)} Check its permissions.`,
    );
  return tableError(new Error(message), `The dataset ${place.name}`);
}

/** DuckLake tells what its catalog's engine told, in JSON within JSON. */
function innermost(message: string): string {
  const inner = engineProblem(message).message;
  return inner === message ? message.replace(/^Failed to \w+ query "[\s\S]*":\s*/, "") : innermost(inner);
}
