import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { freePort } from "../proxies.ts";
import { setUpSpark } from "../set-up.ts";
import { type S3Store, startS3 } from "./s3-store.ts";

/**
 * A standalone master, two workers of one core each, and a Connect server, each with a /tmp of its own that no other
 * process sees, nor do they see this one's: what tasks return lies in S3.
 */
export class Cluster {
  readonly store: S3Store;
  readonly #sparkHome: string;
  readonly #master: ChildProcess;
  readonly #masterPort: number;
  readonly #serverPort: number;
  #workers: ChildProcess[] = [];
  #lastHost = 1;
  #server: ChildProcess | undefined;

  private constructor(
    store: S3Store,
    sparkHome: string,
    master: { readonly child: ChildProcess; readonly port: number },
    serverPort: number,
  ) {
    this.store = store;
    this.#sparkHome = sparkHome;
    this.#master = master.child;
    this.#masterPort = master.port;
    this.#serverPort = serverPort;
  }

  static async start(): Promise<Cluster> {
    const [{ sparkHome }, store] = await Promise.all([setUpSpark(), startS3()]);
    const port = await freePort();
    const args = ["--host", "127.0.0.1", "--port", String(port), "--webui-port", "0"];
    const child = apart(sparkHome, ["spark-class", "org.apache.spark.deploy.master.Master", ...args]);
    const cluster = new Cluster(store, sparkHome, { child, port }, await freePort());
    try {
      await until(child, /I have been elected leader|New state: ALIVE/);
      await Promise.all([cluster.addWorker(), cluster.addWorker()]);
      await cluster.startServer();
    } catch (error) {
      cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** sc://127.0.0.1:<port>/;storage=s3a://... */
  get url(): string {
    return `sc://127.0.0.1:${this.#serverPort}/;storage=${this.store.folder}`;
  }

  async addWorker(): Promise<void> {
    // Of one address each, as on machines of their own: those of one read each other's files.
    const host = `127.0.0.${++this.#lastHost}`;
    const args = ["--host", host, "--port", "0", "--webui-port", "0", "--cores", "1", "--memory", "1g"];
    const worker = apart(this.#sparkHome, [
      "spark-class",
      "org.apache.spark.deploy.worker.Worker",
      ...args,
      `spark://127.0.0.1:${this.#masterPort}`,
    ]);
    this.#workers.push(worker);
    await until(worker, /Successfully registered with master/);
  }

  /** Ends a worker and its executor at once, as a power cut does. */
  killWorker(): void {
    const worker = this.#workers.shift();
    if (worker !== undefined) end(worker);
  }

  async startServer(): Promise<void> {
    const settings = {
      "spark.ui.enabled": "false",
      "spark.connect.grpc.binding.address": "127.0.0.1",
      "spark.connect.grpc.binding.port": String(this.#serverPort),
      "spark.driver.host": "127.0.0.1",
      "spark.driver.memory": "1g",
      "spark.executor.memory": "800m",
      "spark.executor.cores": "1",
      "spark.default.parallelism": "8",
      "spark.sql.shuffle.partitions": "4",
      "spark.executor.isolatedSessionCache.size": "10000",
      "spark.sql.warehouse.dir": "/tmp/warehouse",
      ...this.store.settings,
    };
    this.#server = apart(this.#sparkHome, [
      "spark-submit",
      "--class",
      "org.apache.spark.sql.connect.service.SparkConnectServer",
      "--master",
      `spark://127.0.0.1:${this.#masterPort}`,
      ...Object.entries(settings).flatMap(([name, value]) => ["--conf", `${name}=${value}`]),
      "spark-internal",
    ]);
    await until(this.#server, /Spark Connect server started at: /);
  }

  killServer(): void {
    if (this.#server !== undefined) end(this.#server);
  }

  stop(): void {
    for (const child of [this.#server, ...this.#workers, this.#master]) if (child !== undefined) end(child);
    this.store.stop();
  }
}

/** Starts one of Spark's programs in a group of its own, with a /tmp in memory that only it sees. */
function apart(sparkHome: string, [program = "", ...args]: readonly string[]): ChildProcess {
  const script = 'mount -t tmpfs tmpfs /tmp && exec "$@"';
  return spawn("unshare", ["--mount", "sh", "-c", script, "sh", `${sparkHome}/bin/${program}`, ...args], {
    cwd: "/",
    detached: true,
    env: {
      ...process.env,
      SPARK_HOME: sparkHome,
      SPARK_DAEMON_MEMORY: program === "spark-submit" ? "1g" : "256m",
      SPARK_WORKER_DIR: "/tmp/work",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
}

/** Ends a program and all that it has started: its group. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended
  }
}

/** Waits for a line of a program's log. */
function until(child: ChildProcess, line: RegExp): Promise<void> {
  const { stderr } = child;
  if (stderr === null) throw new Error("The program has no stderr.");
  return new Promise((resolve, reject) => {
    const last: string[] = [];
    const lines = createInterface({ input: stderr });
    lines.on("line", (text) => {
      last.push(text);
      if (last.length > 30) last.shift();
      if (!line.test(text)) return;
      lines.removeAllListeners();
      lines.close();
      stderr.resume();
      resolve();
    });
    child.on("exit", (code) => reject(new Error(`It ended with code ${code}:\n${last.join("\n")}`)));
  });
}
