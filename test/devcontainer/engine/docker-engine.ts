import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cliPlugins } from "./cli-plugins.ts";
import { aptInstall } from "./debian-packages.ts";
import { runCommand, tryCommand } from "./run-command.ts";

/** Why there is no engine to test with. */
export class NoEngineError extends Error {
  override readonly name = "NoEngineError";
}

/** A Docker engine, with Compose. */
export interface DockerEngine {
  /** What a process needs to reach it. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/**
 * The engine that answers, or one of our own: on Debian as root, with its packages where they are missing, on a
 * socket and with data that are gone afterwards.
 * @throws {NoEngineError} where there can be none.
 */
export async function dockerEngine(): Promise<DockerEngine> {
  const given = { DOCKER_BUILDKIT: "1" };
  if (await answers(given)) return { env: { ...given, ...(await cliPlugins(given)) }, stop: async () => {} };
  if (process.platform !== "linux") throw new NoEngineError("No Docker engine answers.");
  if (process.getuid?.() !== 0)
    throw new NoEngineError("No Docker engine answers, and only root can start one.");
  if (!(await isOnPath("dockerd")) || !(await isOnPath("docker"))) {
    if (!existsSync("/usr/bin/apt-get")) throw new NoEngineError("There is no Docker engine here.");
    console.error("Installing a Docker engine by apt-get.");
    await aptInstall(["docker.io", "iptables"]).catch((error: Error) => {
      throw new NoEngineError(`A Docker engine can't be installed: ${error.message}`);
    });
  }
  return startEngine();
}

async function startEngine(): Promise<DockerEngine> {
  const folder = await mkdtemp(join(tmpdir(), "millrace-docker-"));
  const socket = `unix://${join(folder, "docker.sock")}`;
  const log = join(folder, "dockerd.log");
  const output = openSync(log, "w");
  const bridge = "/sys/class/net/docker0";
  const hadBridge = existsSync(bridge);
  const args = ["--host", socket, "--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")];
  const daemon = spawn("dockerd", [...args, "--pidfile", join(folder, "docker.pid")], {
    stdio: ["ignore", output, output],
  });
  const base = { DOCKER_HOST: socket, DOCKER_BUILDKIT: "1" };
  const stop = async () => {
    await removeContainers(base);
    await end(daemon);
    await tryCommand("umount", [join(folder, "exec", "netns", "default")]);
    if (!hadBridge && existsSync(bridge)) await tryCommand("ip", ["link", "delete", "docker0"]);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  for (let i = 0; !(await answers(base)); i++) {
    if (daemon.exitCode !== null || i > 120) {
      const said = (await readFile(log, "utf8")).trim().split("\n").slice(-2).join(" ");
      await stop();
      throw new NoEngineError(`A Docker engine can't be started here: ${said}`);
    }
    await delay(250);
  }
  await mkdir(join(folder, "config"), { recursive: true });
  return { env: { ...base, ...(await cliPlugins(base)) }, stop };
}

async function removeContainers(env: NodeJS.ProcessEnv): Promise<void> {
  const { stdout } = await tryCommand("docker", ["ps", "--all", "--quiet"], { env });
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await tryCommand("docker", ["rm", "--force", ...ids], { env });
  await tryCommand("docker", ["network", "prune", "--force"], { env });
}

function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    daemon.once("exit", () => resolve());
    daemon.kill("SIGTERM");
  });
}

async function answers(env: NodeJS.ProcessEnv): Promise<boolean> {
  const asked = await tryCommand("docker", ["info", "--format", "{{.ServerVersion}}"], {
    env,
    timeout: 10_000,
  }).catch(() => undefined); // no CLI
  return asked?.code === 0 && asked.stdout.trim() !== "";
}

async function isOnPath(command: string): Promise<boolean> {
  return (await tryCommand("sh", ["-c", `command -v ${command}`])).code === 0;
}

/** The output of `docker` with this engine. */
export function docker(engine: DockerEngine, ...args: string[]): Promise<string> {
  return runCommand("docker", args, { env: engine.env });
}
