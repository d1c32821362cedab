import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** code-server of this version is VS Code 1.139.1, and needs Node 24. */
const codeServer = "4.139.1";

/** A VS Code that can be started, and a browser to show it in. */
export interface Installation {
  /** The folder that both are in. */
  readonly cache: string;
  readonly node: string;
  /** code-server's entry. */
  readonly entry: string;
  readonly chromium: string;
}

/** Why there is no VS Code to test in. */
export class SetUpError extends Error {
  override readonly name = "SetUpError";
}

/**
 * Installs VS Code into the user's cache, unless it is there: about a minute and 700 MB. It is the workbench and
 * server that code-server ships, from the npm registry; its own installation would download more from elsewhere.
 * @throws {SetUpError} where that can't be done.
 */
export async function setUpVsCode(): Promise<Installation> {
  if (process.platform !== "linux") throw new SetUpError("VS Code is tested on Linux only.");
  if (process.env.MILLRACE_SKIP_E2E) throw new SetUpError("MILLRACE_SKIP_E2E is set.");
  const cache =
    process.env.MILLRACE_VSCODE ??
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "millrace", `vscode-${codeServer}`);
  const chromium = await findChromium();
  if (!existsSync(join(cache, `ready-${codeServer}`))) {
    try {
      await install(cache);
    } catch (error) {
      throw new SetUpError(`VS Code can't be installed: ${(error as Error).message.slice(0, 300)}`); // child processes and fs throw errors only
    }
  }
  return {
    cache,
    node: join(nodePackage(cache), "bin", "node"),
    entry: join(serverPackage(cache), "out", "node", "entry.js"),
    chromium,
  };
}

const nodePackage = (cache: string) => join(cache, "node", "node_modules", `node-linux-${process.arch}`);
const serverPackage = (cache: string) => join(cache, "cs", "node_modules", "code-server");

async function install(cache: string): Promise<void> {
  console.error(`Installing VS Code into ${cache}: about a minute.`);
  await mkdir(cache, { recursive: true });
  await npm(
    ["install", "--prefix", join(cache, "node"), "--no-save", `node-linux-${process.arch}@24`],
    cache,
  );
  const node = nodePackage(cache);
  const environment = { PATH: `${join(node, "bin")}:${process.env.PATH}`, npm_config_nodedir: node };
  await npm(
    ["install", "--prefix", join(cache, "cs"), "--ignore-scripts", `code-server@${codeServer}`],
    cache,
    environment,
  );
  const workbench = join(serverPackage(cache), "lib", "vscode");
  const extensions = join(workbench, "extensions");
  const withoutScripts = ["install", "--omit=dev", "--ignore-scripts"];
  await npm(withoutScripts, workbench, environment);
  await npm(withoutScripts, extensions, environment);
  const native = ["spdlog", "native-watchdog", "fs-copyfile", "deviceid"].map((name) => `@vscode/${name}`);
  await npm(["rebuild", ...native], workbench, environment);
  await run(join(node, "bin", "node"), ["postinstall.mjs"], {
    cwd: extensions,
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 26,
  });
  await link("code-linux.sh", join(workbench, "bin", "remote-cli", "code-server"));
  await link("browser-linux.sh", join(workbench, "bin", "helpers", "browser.sh"));
  await writeFile(join(cache, `ready-${codeServer}`), "");
}

async function link(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

async function npm(args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await run("npm", [...args, ...quiet], { cwd, env: { ...process.env, ...environment }, maxBuffer: 1 << 26 });
}

async function findChromium(): Promise<string> {
  const found = () =>
    [
      process.env.CHROMIUM_PATH,
      "/usr/bin/chromium",
      "/usr/bin/chromium-browser",
      "/usr/bin/google-chrome",
    ].find((path) => path !== undefined && path !== "" && existsSync(path));
  const there = found();
  if (there !== undefined) return there;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new SetUpError("There is no Chromium: install it, or name it in CHROMIUM_PATH.");
  console.error("Installing Chromium by apt-get.");
  await aptGet(["update", "-qq"]);
  await aptGet(["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"]);
  const installed = found();
  if (installed === undefined) throw new SetUpError("Chromium can't be installed by apt-get.");
  return installed;
}

function aptGet(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const child = spawn("apt-get", args, { stdio: "ignore", env: environment });
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new SetUpError(`apt-get ${args[0]} ended with code ${code}.`)),
    );
  });
}
