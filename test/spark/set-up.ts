import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { pythonWith } from "../python-venv.ts";

const run = promisify(execFile);

/** The newest; MILLRACE_TEST_PYSPARK names another, such as 4.0.1. */
const sparkVersion = process.env.MILLRACE_TEST_PYSPARK || "4.3.0";

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
  // The connect extra is PySpark's own client, which ours is compared with.
  const packages = [`pyspark[connect]==${version}`, "setuptools"];
  const python = await pythonWith(`pyspark-${version}`, packages, "about two minutes and 1 GB").catch(
    ({ message }: Error) => {
      throw new SetUpError(message);
    },
  );
  const { stdout } = await run(python, [
    "-c",
    "import importlib.util, os; print(os.path.dirname(importlib.util.find_spec('pyspark').origin))",
  ]);
  return { python, sparkHome: stdout.trim() };
}

async function checkJava(): Promise<void> {
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java";
  const { stderr } = await run(java, ["-version"]).catch(() => {
    throw new SetUpError("There is no Java: Spark needs Java 17.");
  });
  const major = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(major >= 17)) throw new SetUpError(`Spark needs Java 17, and there is ${stderr.split("\n")[0]}.`);
}
