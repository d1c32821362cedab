import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { vsCodeOrReason } from "../e2e/vs-code/session.ts";
import { type BaseImages, baseImages } from "./engine/base-images.ts";
import { cacheFolder } from "./engine/cache-folder.ts";
import { type DockerEngine, dockerEngine, NoEngineError } from "./engine/docker-engine.ts";
import { type CommandResult, runCommand, tryCommand } from "./engine/run-command.ts";

const root = resolve(import.meta.dirname, "..", "..");
const cliVersion = "0.89.0";

/** The user whose folder the clone is; the tests' own may be root, who owns nothing in a container. */
export const hostUser = { uid: process.getuid?.() || 1000, gid: process.getgid?.() || 1000 };

/** Where the Dev Container has the installation of VS Code that tests drive. */
export const vsCodeInside = "/opt/vscode-for-tests";

export interface UpOutcome {
  readonly outcome: string;
  readonly containerId: string;
  readonly remoteUser: string;
  readonly remoteWorkspaceFolder: string;
}

/** A fresh clone of this repository on the host, and the containers of its `.devcontainer`. */
export class Clone {
  readonly engine: DockerEngine;
  readonly path: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #cli: string;
  #up: Promise<UpOutcome> | undefined;

  private constructor(engine: DockerEngine, images: BaseImages, path: string, cli: string) {
    this.engine = engine;
    this.path = path;
    this.#cli = cli;
    this.#env = {
      ...engine.env,
      ...images,
      UID: String(hostUser.uid),
      GID: String(hostUser.gid),
      COMPOSE_PROJECT_NAME: this.project,
    };
  }

  /** @throws {NoEngineError} where no container can be started. */
  static async make(): Promise<Clone> {
    if (process.env.MILLRACE_SKIP_DEVCONTAINER) throw new NoEngineError("MILLRACE_SKIP_DEVCONTAINER is set.");
    const engine = await dockerEngine();
    try {
      const [images, cli, path] = await Promise.all([baseImages(engine), devContainerCli(), cloneOfThis()]);
      return new Clone(engine, images, path, cli);
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  /** As the Dev Containers CLI names it. */
  get project(): string {
    return `${basename(this.path).toLowerCase()}_devcontainer`;
  }

  /** The real Dev Containers CLI on this clone, for example `up`. */
  devContainer(command: string, ...args: string[]): Promise<string> {
    const options = ["--workspace-folder", this.path];
    return runCommand("node", [this.#cli, command, ...options, ...args], { env: this.#env });
  }

  /** What `devcontainer up` says at its end; it is done once for all tests. VS Code's installation comes in, too. */
  up(): Promise<UpOutcome> {
    this.#up ??= this.#bringUp();
    return this.#up;
  }

  async #bringUp(): Promise<UpOutcome> {
    const vsCode = await vsCodeOrReason();
    const mounts =
      typeof vsCode === "string" ? [] : [`type=bind,source=${vsCode.cache},target=${vsCodeInside}`];
    const said = await this.devContainer("up", ...mounts.flatMap((mount) => ["--mount", mount]));
    return JSON.parse(said.trim().split("\n").at(-1) ?? "") as UpOutcome; // its last line is that
  }

  /** `devcontainer up` of another folder. */
  tryUp(folder: string): Promise<CommandResult> {
    return tryCommand("node", [this.#cli, "up", "--workspace-folder", folder], { env: this.#env });
  }

  /** Runs a command in the Dev Container, as VS Code's terminal does. */
  exec(...command: string[]): Promise<string> {
    return this.devContainer("exec", ...command);
  }

  /** Docker Compose in `.devcontainer`, as in the README; `env` beside what the clone's containers need. */
  compose(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
    return runCommand("docker", ["compose", ...args], this.#inDevContainerFolder(env));
  }

  tryCompose(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return tryCommand("docker", ["compose", ...args], this.#inDevContainerFolder(env));
  }

  docker(...args: string[]): Promise<string> {
    return runCommand("docker", args, { env: this.#env });
  }

  tryDocker(...args: string[]): Promise<CommandResult> {
    return tryCommand("docker", args, { env: this.#env });
  }

  get env(): NodeJS.ProcessEnv {
    return this.#env;
  }

  async remove(): Promise<void> {
    const profiles = ["flow", "postgres", "spark"].flatMap((profile) => ["--profile", profile]);
    await this.tryCompose([...profiles, "down", "--volumes", "--remove-orphans", "--timeout", "2"]);
    await this.engine.stop();
    await rm(resolve(this.path, ".."), { recursive: true, force: true, maxRetries: 3 });
  }

  #inDevContainerFolder(env: NodeJS.ProcessEnv) {
    return { cwd: join(this.path, ".devcontainer"), env: { ...this.#env, ...env } };
  }
}

/** What git knows of the working tree, with what isn't committed yet: as a clone would have it. */
async function cloneOfThis(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "millrace-clone-"));
  const path = join(parent, `millrace-${process.pid}`);
  await runCommand("git", ["clone", "--quiet", "--no-hardlinks", root, path]);
  const changes = await runCommand("git", ["diff", "--binary", "HEAD"], { cwd: root });
  if (changes !== "") await runCommand("git", ["apply", "--binary"], { cwd: path, input: changes });
  const fresh = await runCommand("git", ["ls-files", "--others", "--exclude-standard"], { cwd: root });
  const files = fresh.split("\n").filter((file) => file !== "");
  if (files.length > 0) await runCommand("cp", ["--parents", ...files, path], { cwd: root });
  await chownAll(parent);
  return path;
}

async function chownAll(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  await chown(folder, hostUser.uid, hostUser.gid);
  await runCommand("chown", [
    "-R",
    `${hostUser.uid}:${hostUser.gid}`,
    ...(await readdir(folder)).map((name) => join(folder, name)),
  ]);
}

async function devContainerCli(): Promise<string> {
  const folder = await cacheFolder(`devcontainers-cli-${cliVersion}`);
  const cli = join(folder, "node_modules", "@devcontainers", "cli", "devcontainer.js");
  const { code } = await tryCommand("node", [cli, "--version"]);
  if (code !== 0) {
    const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error"];
    await runCommand("npm", [...args, `@devcontainers/cli@${cliVersion}`]);
  }
  return cli;
}
