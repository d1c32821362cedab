import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A database server of these tests' own; its only user, `millrace`, has the password `pa ss@wörd`. */
export interface PostgresServer {
  /** `postgres://millrace:<password>@127.0.0.1:<port>/postgres` */
  readonly url: string;
  /** The same without the password. */
  readonly urlWithoutPassword: string;
  start(): Promise<void>;
  /** Breaks all connections off. */
  stop(): Promise<void>;
  /** What `psql` prints for a query: a line a row, columns separated by `|`. */
  query(sql: string): string;
}

export const password = "pa ss@wörd";

let started: Promise<Server | string> | undefined;

/** A server for a suite's tests; the suite is skipped, with the reason, where there can be none. */
export function usePostgres(): () => PostgresServer {
  let server: Server | undefined;
  before(async function () {
    this.timeout(120_000);
    started ??= Server.make();
    const made = await started;
    if (typeof made === "string") {
      console.error(`Skipped: ${made}`);
      this.skip();
    }
    await made.start();
    server = made;
  });
  after(async () => {
    await server?.stop();
  });
  return () => {
    if (server === undefined)
      throw new Error("The server is started before a suite's tests, not before that.");
    return server;
  };
}

after(async () => {
  const made = await started;
  if (typeof made === "object") await made.remove();
});

class Server implements PostgresServer {
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #user: { readonly uid: number; readonly gid: number } | undefined;
  #child: ChildProcess | undefined;

  private constructor(
    bin: string,
    folder: string,
    port: number,
    user: { uid: number; gid: number } | undefined,
  ) {
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
    this.#user = user;
  }

  /** @returns why there can be no server. */
  static async make(): Promise<Server | string> {
    const bin = findPrograms() ?? (installPrograms() ? findPrograms() : undefined);
    if (bin === undefined) return "PostgreSQL isn't installed (its programs initdb and postgres).";
    const folder = await mkdtemp(join(tmpdir(), "millrace-postgres-"));
    // It refuses to run as root.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, password);
    if (user !== undefined) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
    const data = ["--pgdata", join(folder, "data"), "--username", "millrace", "--encoding", "UTF8"];
    const access = ["--auth", "scram-sha-256", "--pwfile", passwordFile, "--locale", "C.UTF-8", "--no-sync"];
    const { status, stderr } = spawnSync(join(bin, "initdb"), [...data, ...access], {
      ...user,
      encoding: "utf8",
    });
    if (status !== 0) return `PostgreSQL's initdb failed: ${stderr}`;
    return new Server(bin, folder, await freePort(), user);
  }

  get url(): string {
    return `postgres://millrace:${encodeURIComponent(password)}@127.0.0.1:${this.#port}/postgres`;
  }

  get urlWithoutPassword(): string {
    return `postgres://millrace@127.0.0.1:${this.#port}/postgres`;
  }

  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: this.#folder, fsync: "off" };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const child = spawn(
      join(this.#bin, "postgres"),
      ["-D", join(this.#folder, "data"), "-p", String(this.#port), ...args],
      { ...this.#user, stdio: "ignore" },
    );
    this.#child = child;
    const isReady = () =>
      spawnSync(join(this.#bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(this.#port)]).status === 0;
    for (let i = 0; !isReady(); i++) {
      if (i > 200 || child.exitCode !== null) throw new Error("The PostgreSQL server doesn't start.");
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT"); // immediate shutdown
    await ended;
  }

  query(sql: string): string {
    const args = [
      "-h",
      "127.0.0.1",
      "-p",
      String(this.#port),
      "-U",
      "millrace",
      "-d",
      "postgres",
      "-XAt",
      "-c",
      sql,
    ];
    const env = { ...process.env, PGPASSWORD: password, PGCLIENTENCODING: "UTF8" };
    const { status, stdout, stderr } = spawnSync(join(this.#bin, "psql"), args, { encoding: "utf8", env });
    if (status !== 0) throw new Error(stderr);
    return stdout.trimEnd();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The folder of the newest version's programs. */
function findPrograms(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(root, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

function installPrograms(): boolean {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.error("Installing PostgreSQL by apt-get.");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const aptGet = (...args: string[]) => spawnSync("apt-get", args, { stdio: "ignore", env }).status === 0;
  return aptGet("update", "-qq") && aptGet("install", "-y", "-qq", "--no-install-recommends", "postgresql");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
    server.on("error", reject);
  });
}
