import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Installation, SetUpError, setUpSpark } from "./set-up.ts";

/** A Spark Connect server on a loopback port. */
export interface SparkServer {
  readonly port: number;
  /** sc://127.0.0.1:<port> */
  readonly url: string;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
}

/** Ends Spark when this process has gone, however it went: its end of the pipe closes then. */
const launcher = '"$@" </dev/null & spark=$!; cat >/dev/null; kill -9 $spark';

export interface ServerOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** Spark's, above those that tests need. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts a server: some 15 s. */
export async function startSpark(options: ServerOptions = {}): Promise<SparkServer> {
  const { python, sparkHome } = await setUpSpark();
  const child = spawn("sh", ["-c", launcher, "sh", ...command(sparkHome, options)], {
    env: { ...process.env, SPARK_HOME: sparkHome, PYSPARK_PYTHON: python },
    stdio: ["pipe", "ignore", "pipe"],
  });
  const port = await portOf(child);
  child.unref();
  return {
    port,
    url: `sc://127.0.0.1:${port}`,
    kill: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin?.end();
      await ended;
    },
  };
}

function command(
  sparkHome: Installation["sparkHome"],
  { port = 0, settings: more }: ServerOptions,
): string[] {
  const settings = {
    "spark.ui.enabled": "false",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": String(port),
    "spark.driver.memory": "2g",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.warehouse.dir": "/tmp/millrace-spark-warehouse",
    ...more,
  };
  return [
    `${sparkHome}/bin/spark-submit`,
    "--class",
    "org.apache.spark.sql.connect.service.SparkConnectServer",
    "--master",
    "local[2]",
    ...Object.entries(settings).flatMap(([name, value]) => ["--conf", `${name}=${value}`]),
    "spark-internal",
  ];
}

function portOf(child: ChildProcess): Promise<number> {
  const { stderr } = child;
  if (stderr === null) throw new Error("The server has no stderr.");
  return new Promise((resolve, reject) => {
    const last: string[] = [];
    const lines = createInterface({ input: stderr });
    lines.on("line", (line) => {
      last.push(line);
      if (last.length > 30) last.shift();
      const port = /Spark Connect server started at: .*:(\d+)$/.exec(line)?.[1];
      if (port === undefined) return;
      // From now on nothing of it keeps this process from ending.
      lines.removeAllListeners();
      lines.close();
      stderr.resume();
      for (const stream of [stderr, child.stdin])
        if (stream !== null && "unref" in stream) (stream as { unref(): void }).unref(); // both are sockets
      resolve(Number(port));
    });
    child.on("exit", (code) => {
      reject(new SetUpError(`Spark's server ended with code ${code}:\n${last.join("\n")}`));
    });
  });
}

let shared: Promise<SparkServer> | undefined;

/**
 * The server that all suites share; it ends with the process. MILLRACE_TEST_SPARK names one that runs already.
 * Skips the suite, and says why, where there can't be one.
 */
export async function sharedSpark(context: Mocha.Context): Promise<SparkServer> {
  const running = process.env.MILLRACE_TEST_SPARK;
  if (running !== undefined && running !== "")
    return {
      port: Number(new URL(running.replace("sc:", "http:")).port),
      url: running,
      kill: async () => {},
    };
  context.timeout(600_000);
  shared ??= startSpark();
  try {
    return await shared;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.log(`      skipped: ${error.message}`);
    return context.skip();
  }
}
