import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { nearestName } from "../authoring/nearest-name.ts";
import { TableError } from "./table-error.ts";

/** The error for a path that can't be opened, with the nearest name in its folder as a hint. */
export async function noFile(path: string, shown: string, error: NodeJS.ErrnoException): Promise<TableError> {
  if (error.code === "EACCES") return new TableError(`${shown}: may not be read. Check its permissions.`);
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR")
    return new TableError(`${shown}: can't be opened (${error.code}).`);
  const siblings = await readdir(dirname(path)).catch(() => undefined);
  if (siblings === undefined)
    return new TableError(`${shown}: there is no such file, and no folder ${dirname(path)}.`);
  const hint = nearestName(basename(path), siblings);
  return new TableError(
    `${shown}: there is no such file in ${dirname(path)}.${hint === undefined ? "" : ` Did you mean "${hint}"?`}`,
  );
}
