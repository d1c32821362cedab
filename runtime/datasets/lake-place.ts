import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../disk/make-folder.ts";
import { replaceFile } from "../disk/replace-file.ts";
import { literal, quoted } from "../tables/duckdb/quoting.ts";

/** The folder of all datasets, in the folder that has `.millrace/`. */
export const datasetsFolder = "millrace-datasets";

/** Where a dataset is: a DuckLake of its own, with one table of its name. */
export interface LakePlace {
  readonly name: string;
  readonly folder: string;
  /** What it is called in an engine that has it attached. */
  readonly alias: string;
}

export function lakePlace(base: string, name: string): LakePlace {
  return { name, folder: join(base, datasetsFolder, name), alias: `_millrace_lake_${name}` };
}

export function catalogFile({ folder }: LakePlace): string {
  return join(folder, "catalog.sqlite");
}

/** Whether something has been written to a dataset, or was about to be. */
export function isThere(place: LakePlace): boolean {
  return existsSync(catalogFile(place));
}

/** Makes a dataset's folder, and keeps all of them out of the user's repository. */
export async function makeLakeFolder(base: string, place: LakePlace): Promise<void> {
  await makeFolder(place.folder);
  const ignore = join(base, datasetsFolder, ".gitignore");
  if (!existsSync(ignore)) await replaceFile(ignore, "*\n");
}

/** A dataset's table. */
export function tableIn(place: LakePlace): string {
  return `${quoted(place.alias)}.main.${quoted(place.name)}`;
}

/**
 * The statement that attaches a dataset. The folder may have been moved since it was made; all rows are in Parquet,
 * few ones too, so that each file of it can be read by anyone; who reads while another commits waits.
 */
export function attachSql(place: LakePlace): string {
  const options = [
    `DATA_PATH ${literal(`${join(place.folder, "data")}/`)}`,
    "OVERRIDE_DATA_PATH true",
    "DATA_INLINING_ROW_LIMIT 0",
    "META_BUSY_TIMEOUT 10000",
  ];
  return `ATTACH IF NOT EXISTS ${literal(`ducklake:sqlite:${catalogFile(place)}`)} AS ${quoted(place.alias)} (${options.join(", ")})`;
}
