import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The newest; MILLRACE_TEST_PYSPARK names another, such as 4.0.1. */
export const sparkVersion = process.env.MILLRACE_TEST_PYSPARK || "4.3.0";

/** Why there is no Spark to test with. */
export class SetUpError extends Error {
  override readonly name = "SetUpError";
}

/** A PySpark that was installed by pip: it has the server in it. */
export interface Installation {
  readonly python: string;
  readonly sparkHome: string;
}

/**
 * Installs PySpark into the user's cache, unless it is there: about two minutes and 1 GB.
 * @throws {SetUpError} where that can't be done.
 */
export async function setUpSpark(version = sparkVersion): Promise<Installation> {
  if (process.env.MILLRACE_SKIP_SPARK) throw new SetUpError("MILLRACE_SKIP_SPARK is set.");
  await checkJava();
  const cache = join(
    process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
    "millrace",
    `pyspark-${version}`,
  );
  const python = join(cache, "bin", "python");
  if (!existsSync(join(cache, "ready"))) {
    try {
      await install(cache, python, version);
    } catch (error) {
      await rm(cache, { recursive: true, force: true });
      throw new SetUpError(
        `PySpark ${version} can't be installed: ${(error as Error).message.slice(0, 300)}`,
      ); // child processes and fs throw errors only
    }
  }
  const { stdout } = await run(python, [
    "-c",
    "import importlib.util, os; print(os.path.dirname(importlib.util.find_spec('pyspark').origin))",
  ]);
  return { python, sparkHome: stdout.trim() };
}

async function install(cache: string, python: string, version: string): Promise<void> {
  console.error(`Installing PySpark ${version} into ${cache}: about two minutes.`);
  await mkdir(cache, { recursive: true });
  await run("python3", ["-m", "venv", cache]);
  // The connect extra is PySpark's own client, which ours is compared with.
  const packages = [`pyspark[connect]==${version}`, "setuptools"];
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
    maxBuffer: 1 << 26,
  });
  await writeFile(join(cache, "ready"), "");
}

async function checkJava(): Promise<void> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java";
  const { stderr } = await run(java, ["-version"]).catch(() => {
    throw new SetUpError("There is no Java: Spark needs Java 17.");
  });
  const major = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(major >= 17)) throw new SetUpError(`Spark needs Java 17, and there is ${stderr.split("\n")[0]}.`);
}
