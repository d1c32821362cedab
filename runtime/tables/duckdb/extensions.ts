import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type * as DuckDb from "@duckdb/node-api";
import { log } from "../../authoring/log.ts";
import { TableError } from "../table-error.ts";
import { engineProblem } from "./engine-error.ts";
import { literal } from "./quoting.ts";

/** DuckDB's own extensions that flows may need: a further one is an entry here. */
export const extensions = {
  httpfs: { purpose: "files at https:// and s3://", after: [] },
  excel: { purpose: "Excel workbooks (.xlsx)", after: [] },
  sqlite_scanner: { purpose: "SQLite databases, and the catalog of named datasets", after: [] },
  ducklake: { purpose: "named datasets", after: ["sqlite_scanner"] },
  postgres_scanner: { purpose: "reading PostgreSQL", after: [] },
  mysql_scanner: { purpose: "reading MySQL and MariaDB", after: [] },
} as const satisfies Record<string, { purpose: string; after: readonly string[] }>;

export type ExtensionName = keyof typeof extensions;

export function isExtensionName(name: string): name is ExtensionName {
  return Object.hasOwn(extensions, name);
}

/** Where extensions are looked for. */
export interface ExtensionPlaces {
  /** A folder that has them, in place of the user's: `MILLRACE_DUCKDB_EXTENSIONS`. Nothing is installed into it. */
  readonly given?: string | undefined;
  /** The user's. */
  readonly own: string;
  /** Where they are installed from; default: DuckDB's own place. */
  readonly from?: string;
}

export function extensionPlaces(environment: NodeJS.ProcessEnv = process.env): ExtensionPlaces {
  const { MILLRACE_DUCKDB_EXTENSIONS: given, XDG_CACHE_HOME, LOCALAPPDATA } = environment;
  const cache =
    process.platform === "win32" && LOCALAPPDATA ? LOCALAPPDATA : XDG_CACHE_HOME || join(homedir(), ".cache");
  return { given: given || undefined, own: join(cache, "millrace", "duckdb-extensions") };
}

/** An engine's version and platform, as the folders of extensions are named by them. */
export interface EngineBuild {
  readonly version: string;
  readonly platform: string;
}

export async function engineBuild(connection: DuckDb.DuckDBConnection): Promise<EngineBuild> {
  const text = async (query: string) => String((await connection.runAndReadAll(query)).getRows()[0]?.[0]);
  return { version: await text("SELECT version()"), platform: await text("PRAGMA platform") };
}

/** The file of an extension, if it is there. A given folder may be one of plain files, of DuckDB's, or of pip's. */
export function extensionFile(
  name: ExtensionName,
  { version, platform }: EngineBuild,
  { given, own }: ExtensionPlaces,
): string | undefined {
  const file = `${name}.duckdb_extension`;
  const candidates =
    given === undefined
      ? [join(own, version, platform, file)]
      : [
          join(given, version, platform, file),
          join(given, `duckdb_extension_${name}`, "extensions", version, file),
          join(given, file),
        ];
  return candidates.find((candidate) => existsSync(candidate));
}

/**
 * Installs an extension into the user's folder, unless it is there: DuckDB itself fetches it, and checks that DuckDB
 * signed it whenever it is loaded.
 * @returns its file.
 * @throws {TableError} that says what to do where it can't be had.
 */
export async function installExtension(
  connection: DuckDb.DuckDBConnection,
  name: ExtensionName,
  places: ExtensionPlaces,
): Promise<string> {
  const build = await engineBuild(connection);
  const there = extensionFile(name, build, places);
  if (there !== undefined) return there;
  const { version, platform } = build;
  const what = `DuckDB's extension ${name} (for ${extensions[name].purpose})`;
  if (places.given !== undefined)
    throw new TableError(
      `${what} is not in ${places.given}, which MILLRACE_DUCKDB_EXTENSIONS names. Put there ${join(version, platform, `${name}.duckdb_extension`)}, or install it with pip: pip install --no-deps --target ${places.given} duckdb-extension-${name.replaceAll("_", "-")}==${version.replace(/^v/, "")}.`,
    );
  log.info(`${what} is installed into ${places.own}, once.`);
  try {
    await connection.run(`SET extension_directory = ${literal(places.own)}`);
    await connection.run(
      `INSTALL ${name}${places.from === undefined ? "" : ` FROM ${literal(places.from)}`}`,
    );
  } catch (error) {
    const said = engineProblem(error).message.split("\n")[0];
    throw new TableError(
      `${what} can't be installed: ${said?.replace(/[.]?$/, ".")} It is fetched from DuckDB's server. Without a network, copy ${join(version, platform, `${name}.duckdb_extension`)} of a machine that has it into a folder, and name that folder by MILLRACE_DUCKDB_EXTENSIONS; pip install --no-deps --target <folder> duckdb-extension-${name.replaceAll("_", "-")}==${version.replace(/^v/, "")} fills one, too.`,
    );
  }
  const file = extensionFile(name, build, places);
  if (file === undefined) throw new TableError(`${what} was installed, but isn't in ${places.own}.`);
  return file;
}

/**
 * Loads an extension, and those that it needs before it; installs what isn't there.
 * @throws {TableError} for one that can't be had, is of another version, or that DuckDB didn't sign.
 */
export async function loadExtension(
  connection: DuckDb.DuckDBConnection,
  name: ExtensionName,
  places: ExtensionPlaces = extensionPlaces(),
): Promise<void> {
  for (const each of [...extensions[name].after, name]) {
    const file = await installExtension(connection, each, places);
    try {
      await connection.run(`LOAD ${literal(file)}`);
    } catch (error) {
      const { version, platform } = await engineBuild(connection);
      throw new TableError(
        `${file}: is no extension that DuckDB ${version} loads on ${platform} (${engineProblem(error).message.split("\n")[0]}). Only those that DuckDB has signed for this version and platform are. Remove the file, and 'millrace extensions install ${each}' fetches it.`,
      );
    }
  }
}
