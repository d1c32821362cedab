import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { version } from "@duckdb/node-api";
import type { ExtensionName } from "../../runtime/tables/duckdb/extensions.ts";

const run = promisify(execFile);

/** The engine's version, whose extensions are needed. */
export const engineVersion = version().replace(/^v/, "");

/**
 * A folder with extensions of the engine's version, installed by pip into the user's cache; for this process, and those
 * that it starts, it is where they are taken from. Skips, and says why, where there can't be one.
 */
export async function needExtensions(
  context: Mocha.Context,
  names: readonly ExtensionName[],
): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(cache, "millrace", `duckdb-extensions-${engineVersion}`);
  const missing = names.filter((name) => !existsSync(join(folder, `duckdb_extension_${name}`)));
  context.timeout(600_000);
  try {
    for (const name of missing) await installByPip(folder, name);
  } catch (error) {
    console.log(
      `      skipped: DuckDB's extensions can't be installed: ${(error as Error).message.slice(0, 300)}`,
    ); // execFile rejects with errors
    return context.skip();
  }
  process.env.MILLRACE_DUCKDB_EXTENSIONS = folder;
  return folder;
}

async function installByPip(folder: string, name: ExtensionName): Promise<void> {
  const fresh = join(folder, `.${name}.${process.pid}`);
  await mkdir(fresh, { recursive: true });
  try {
    await run("python3", [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", fresh],
      `duckdb-extension-${name.replaceAll("_", "-")}==${engineVersion}`,
    ]);
    await rename(join(fresh, `duckdb_extension_${name}`), join(folder, `duckdb_extension_${name}`));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
