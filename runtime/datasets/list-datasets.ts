import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type * as DuckDb from "@duckdb/node-api";
import { lakesOf } from "../tables/duckdb/lakes.ts";
import { openDuckDb } from "../tables/duckdb/open-duckdb.ts";
import { literal } from "../tables/duckdb/quoting.ts";
import { TableError } from "../tables/table-error.ts";
import { lakeError } from "./lake-error.ts";
import { attachSql, datasetsFolder, isThere, type LakePlace, lakePlace } from "./lake-place.ts";
import { readVersions, type Version } from "./versions.ts";

export interface ListedDataset {
  readonly name: string;
  readonly folder: string;
  /** Of the files of its newest version, with those that tell what is deleted of them. */
  readonly bytes: number;
  /** The first one first. */
  readonly versions: readonly Version[];
  /** Why it can't be read; absent where it can. */
  readonly problem?: string;
}

/**
 * The datasets of a folder, by their names.
 * @param wanted only this one.
 * @throws {TableError} where it isn't there, and where DuckDB's extensions aren't.
 */
export async function listDatasets(base: string, wanted?: string): Promise<readonly ListedDataset[]> {
  const entries = await readdir(join(base, datasetsFolder), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  const places = entries
    .filter((entry) => entry.isDirectory() && (wanted === undefined || entry.name === wanted))
    .map(({ name }) => lakePlace(base, name))
    .filter(isThere)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (wanted !== undefined && places.length === 0)
    throw new TableError(
      `There is no dataset ${wanted} in ${join(base, datasetsFolder)}. 'millrace datasets' lists those that there are.`,
    );
  if (places.length === 0) return [];
  await using session = openDuckDb({ folder: base, threads: 1 });
  const engine = lakesOf(session)?.engine;
  if (engine === undefined) throw new Error("DuckDB's session keeps no lakes.");
  await engine.need("ducklake");
  const listed: ListedDataset[] = [];
  for (const place of places)
    listed.push(
      await engine
        .use((connection) => listOne(connection, place))
        .catch((error: unknown) => ({
          name: place.name,
          folder: place.folder,
          bytes: 0,
          versions: [],
          problem: lakeError(error, place).message,
        })),
    );
  return listed;
}

async function listOne(connection: DuckDb.DuckDBConnection, place: LakePlace): Promise<ListedDataset> {
  await connection.run(attachSql(place));
  const size = await connection.runAndReadAll(
    `SELECT CAST(coalesce(sum(file_size_bytes + delete_file_size_bytes), 0) AS DOUBLE) FROM ducklake_table_info(${literal(place.alias)})`,
  );
  return {
    name: place.name,
    folder: place.folder,
    bytes: Number(size.getRows()[0]?.[0]),
    versions: await readVersions(connection, place),
  };
}
