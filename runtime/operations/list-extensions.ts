import { UsageError } from "../errors/user-error.ts";
import {
  type ExtensionName,
  engineBuild,
  extensionFile,
  extensionPlaces,
  extensions,
  installExtension,
  isExtensionName,
} from "../tables/duckdb/extensions.ts";
import { loadDuckDb } from "../tables/duckdb/load-duckdb.ts";

export interface ListedExtensions {
  /** Version and platform. */
  readonly engine: string;
  readonly folder: string;
  readonly extensions: readonly {
    readonly name: ExtensionName;
    readonly purpose: string;
    /** Absent where it isn't installed. */
    readonly file?: string;
  }[];
}

/**
 * DuckDB's extensions that flows may need, and where they are.
 * @param install those that are installed first; all of them if the list is empty.
 * @throws {UsageError} for one that no flow needs; {TableError} for one that can't be had.
 */
export async function listExtensions(install?: readonly string[]): Promise<ListedExtensions> {
  const names = Object.keys(extensions).filter(isExtensionName);
  const wanted = install?.length === 0 ? names : (install ?? []).map(knownName);
  const api = await loadDuckDb();
  const places = extensionPlaces();
  const database = await api.DuckDBInstance.create(":memory:", { autoinstall_known_extensions: "false" });
  const connection = await database.connect();
  try {
    for (const name of wanted)
      for (const each of [...extensions[name].after, name]) await installExtension(connection, each, places);
    const build = await engineBuild(connection);
    return {
      engine: `${build.version} ${build.platform}`,
      folder: places.given ?? places.own,
      extensions: names.map((name) => {
        const file = extensionFile(name, build, places);
        return { name, purpose: extensions[name].purpose, ...(file === undefined ? {} : { file }) };
      }),
    };
  } finally {
    connection.disconnectSync();
    database.closeSync();
  }
}

function knownName(name: string): ExtensionName {
  if (isExtensionName(name)) return name;
  throw new UsageError(`There is no extension '${name}' that flows need. 'millrace extensions' lists them.`);
}
