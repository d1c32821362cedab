import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What tests and benchmarks have installed or made, and keep. */
export const cacheFolder: string = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "millrace");

/**
 * A Python with packages, in a folder of its own in the user's cache: pip installs them unless they are there.
 * @param cost said before they are installed, such as "about a minute and 500 MB".
 * @throws {Error} where that can't be done; nothing is left of it then.
 */
export async function pythonWith(name: string, packages: readonly string[], cost: string): Promise<string> {
  const folder = join(cacheFolder, name);
  const python = join(folder, "bin", "python");
  if (existsSync(join(folder, "ready"))) return python;
  try {
    console.error(`Installing ${packages.join(", ")} into ${folder}: ${cost}.`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await run("python3", ["-m", "venv", folder]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
    await run(python, pip, { maxBuffer: 1 << 26 });
    await writeFile(join(folder, "ready"), "");
    return python;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const { message } = error as Error; // child processes and fs throw errors only
    throw new Error(`pip can't install ${packages.join(", ")}: ${message.slice(0, 300)}`);
  }
}
