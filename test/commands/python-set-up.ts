import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What the scripts of these tests import. */
const packages = ["pandas", "pyarrow", "scikit-learn"];

/**
 * Installs pandas, pyarrow and scikit-learn into the user's cache, unless they are there: about a minute and 500 MB.
 * @returns the Python that has them, or why there is none.
 */
export async function setUpPython(): Promise<{ readonly python: string } | { readonly missing: string }> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "millrace", "python-science");
  const python = join(cache, "bin", "python");
  if (existsSync(join(cache, "ready"))) return { python };
  try {
    console.error(`Installing ${packages.join(", ")} into ${cache}: about a minute.`);
    await mkdir(cache, { recursive: true });
    await run("python3", ["-m", "venv", cache]);
    await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
      maxBuffer: 1 << 26,
    });
    await writeFile(join(cache, "ready"), "");
    return { python };
  } catch (error) {
    await rm(cache, { recursive: true, force: true });
    return { missing: `pip can't install ${packages.join(", ")}: ${(error as Error).message.slice(0, 300)}` }; // child processes and fs throw errors only
  }
}
