import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import type { SparkUrl } from "../../runtime/tables/session-url.ts";
import { type Installation, SetUpError, setUpSpark } from "./set-up.ts";

/** A Spark Connect server on a loopback port. */
export interface SparkServer {
  readonly port: number;
  /** sc://127.0.0.1:<port> */
  readonly url: string;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
  /** What its threads do. */
  threadDump(): Promise<string>;
}

/**
 * Ends Spark when this process has gone, however it went: its end of the pipe closes then.
 * For each line that comes over it, Spark prints what its threads do.
 */
const launcher = '"$@" </dev/null & spark=$!; while read -r line; do kill -QUIT $spark; done; kill -9 $spark';

/** One that all suites share, and none ends. */
export type SharedSpark = Pick<SparkServer, "port" | "url">;

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
    stdio: ["pipe", "pipe", "pipe"],
  });
  const port = await portOf(child);
  child.unref();
  child.stdout.resume();
  return {
    port,
    url: `sc://127.0.0.1:${port}`,
    kill: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      await ended;
    },
    threadDump: async () => {
      let printed = "";
      const listen = (chunk: Buffer) => {
        printed += chunk.toString();
      };
      child.stdout.on("data", listen);
      child.stdin.write("\n");
      await setTimeout(3_000); // a JVM that hangs may print nothing, and nothing tells its end
      child.stdout.off("data", listen);
      return printed;
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
    // Tests open more sessions than the 100 that Spark keeps beside each other. One that it lets go of while its tasks
    // come and go takes paths of Spark's that are no business of ours.
    "spark.executor.isolatedSessionCache.size": "10000",
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

function portOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  const { stderr } = child;
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
      for (const stream of [stderr, child.stdout, child.stdin])
        if ("unref" in stream) (stream as { unref(): void }).unref(); // all are sockets
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
export async function sharedSpark(context: Mocha.Context): Promise<SharedSpark> {
  const running = process.env.MILLRACE_TEST_SPARK;
  if (running !== undefined && running !== "")
    return {
      port: Number(new URL(running.replace("sc:", "http:")).port),
      url: running,
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

/**
 * Takes a server that doesn't do its work any more for a new one at the same port, and prints what the old one's threads
 * did. One that MILLRACE_TEST_SPARK names stays.
 */
export async function replaceSharedSpark(): Promise<void> {
  const server = await shared?.catch(() => undefined);
  if (server === undefined) return;
  const threads = (await server.threadDump())
    .split("\n\n")
    .filter((thread) => /\bspark\b|deadlock/i.test(thread));
  console.log(`      The Spark server gave no answer in time. What it was at:\n${threads.join("\n")}`);
  await server.kill();
  shared = startSpark({ port: server.port });
  await shared;
  await answers(server.url);
}

/** Waits until this process's channels to the server, which are shared by all sessions, have found the new one. */
async function answers(url: string): Promise<void> {
  const [{ openSpark }, { parseSessionUrl }] = await Promise.all([
    import("../../runtime/tables/spark/open-spark.ts"),
    import("../../runtime/tables/session-url.ts"),
  ]);
  for (let tries = 1; ; tries++) {
    const session = openSpark({ url: parseSessionUrl(url) as SparkUrl, folder: tmpdir() }); // sc://
    try {
      await session.connect();
      return;
    } catch (error) {
      if (tries === 20) throw error;
      await setTimeout(1_000);
    } finally {
      await session.close();
    }
  }
}
