import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { cacheFolder, pythonWith } from "../../python-venv.ts";
import { freePort } from "../proxies.ts";

const run = promisify(execFile);
const hadoop = "3.5.0";
const moto = "5.2.5";

/** A server of S3's protocol on a loopback port, with a bucket. */
export interface S3Store {
  /** s3a://<bucket>/millrace */
  readonly folder: string;
  /** What a server of Spark needs to reach it. */
  readonly settings: Readonly<Record<string, string>>;
  /** The names of what is in it, below the folder. */
  keys(): Promise<string[]>;
  stop(): void;
}

/** Starts moto's server. It and Hadoop's jars for S3 are installed into the user's cache: some 800 MB. */
export async function startS3(): Promise<S3Store> {
  const [jars, server] = await Promise.all([hadoopJars(), motoServer()]);
  const port = await freePort();
  const child = spawn(server, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  const bucket = `${endpoint}/tables`;
  for (let tries = 0; ; tries++) {
    const made = await fetch(bucket, { method: "PUT" }).catch(() => undefined); // it isn't there yet
    if (made?.ok) break;
    if (tries === 100) throw new Error("moto's server doesn't answer.");
    await delay(200);
  }
  const s3a = {
    endpoint,
    "endpoint.region": "us-east-1",
    "path.style.access": "true",
    "connection.ssl.enabled": "false",
    "access.key": "millrace",
    "secret.key": "millrace",
    "aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
  };
  return {
    folder: "s3a://tables/millrace",
    settings: {
      "spark.driver.extraClassPath": `${jars}/*`,
      "spark.executor.extraClassPath": `${jars}/*`,
      ...Object.fromEntries(
        Object.entries(s3a).map(([name, value]) => [`spark.hadoop.fs.s3a.${name}`, value]),
      ),
    },
    keys: async () => {
      const listed = await (await fetch(`${bucket}?list-type=2&prefix=millrace/`)).text();
      const keys = [...listed.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
      return keys.filter((key) => !key.endsWith("/")); // a folder's mark
    },
    stop: () => child.kill("SIGKILL"),
  };
}

export async function motoServer(): Promise<string> {
  const python = await pythonWith(`moto-${moto}`, [`moto[s3,server]==${moto}`], "about a minute and 200 MB");
  return join(dirname(python), "moto_server");
}

/** Hadoop's client of S3, of the version that PySpark has the rest of. */
async function hadoopJars(): Promise<string> {
  const folder = join(cacheFolder, `hadoop-aws-${hadoop}`);
  const jars = join(folder, "jars");
  if (existsSync(join(folder, "ready"))) return jars;
  await rm(folder, { recursive: true, force: true });
  await mkdir(jars, { recursive: true });
  const dependency = `<groupId>org.apache.hadoop</groupId><artifactId>hadoop-aws</artifactId><version>${hadoop}</version>`;
  const pom = `<project><modelVersion>4.0.0</modelVersion><groupId>millrace</groupId><artifactId>s3a</artifactId><version>1</version><dependencies><dependency>${dependency}</dependency></dependencies></project>`;
  await writeFile(join(folder, "pom.xml"), pom);
  await run("mvn", ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${jars}`], {
    cwd: folder,
    maxBuffer: 1 << 26,
  });
  await writeFile(join(folder, "ready"), "");
  return jars;
}
