import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { UserMessage } from "../shown/user-message.ts";
import { byVersion, isNewEnough, tooOldMessage } from "./node-version.ts";
import { onPath } from "./on-path.ts";

const run = promisify(execFile);
const versions = new Map<string, string>();

const chooseNode = { kind: "setting", title: "Choose Node.js", setting: "millrace.nodePath" } as const;

/**
 * A Node that runs flows: the setting's, or the first that is new enough on PATH or in the usual places.
 * @throws {UserMessage} when there is none.
 */
export async function findNode(setting: string): Promise<string> {
  if (setting !== "") {
    const path = setting.replace(/^~(?=[\\/])/, homedir());
    if (!isAbsolute(path))
      throw new UserMessage(`The setting millrace.nodePath is ${setting}: give an absolute path.`, [
        chooseNode,
      ]);
    const version = await nodeVersion(path);
    if (version === undefined)
      throw new UserMessage(`The setting millrace.nodePath is ${setting}, which can't be run as Node.js.`, [
        chooseNode,
      ]);
    if (!isNewEnough(version)) throw new UserMessage(tooOldMessage(path, version), [chooseNode]);
    return path;
  }
  const tooOld: string[] = [];
  for (const path of [...onPath("node"), ...(await usualPlaces())]) {
    const version = await nodeVersion(path);
    if (version === undefined) continue;
    if (isNewEnough(version)) return path;
    tooOld.push(tooOldMessage(path, version));
  }
  throw new UserMessage(
    tooOld[0] ??
      "Flows are run by Node.js 20.19 or later, and none was found. Install it, or say where it is in the setting millrace.nodePath.",
    [chooseNode],
  );
}

/** The version of a Node; undefined for what isn't one. */
async function nodeVersion(path: string): Promise<string | undefined> {
  const known = versions.get(path);
  if (known !== undefined) return known;
  try {
    const { stdout } = await run(path, ["--version"], { timeout: 10_000, windowsHide: true });
    const version = /^v(\d+\.\d+\.\d+)/.exec(stdout.trim())?.[1];
    if (version !== undefined) versions.set(path, version);
    return version;
  } catch {
    return undefined; // not there, or not a Node
  }
}

const executable = process.platform === "win32" ? "node.exe" : "node";

/** Where installers and version managers put Node; VS Code often starts without the shell's PATH. */
async function usualPlaces(): Promise<string[]> {
  const home = homedir();
  if (process.platform === "win32") {
    const roots = [
      process.env.ProgramFiles,
      process.env.LOCALAPPDATA && join(process.env.LOCALAPPDATA, "Programs"),
    ];
    return roots
      .flatMap((root) => (root ? [join(root, "nodejs", executable)] : []))
      .filter((path) => existsSync(path));
  }
  const managed = await Promise.all([
    versionsIn(join(home, ".nvm", "versions", "node"), "bin"),
    versionsIn(join(home, ".local", "share", "fnm", "node-versions"), join("installation", "bin")),
    versionsIn(join(home, ".asdf", "installs", "nodejs"), "bin"),
    versionsIn(join(home, ".local", "share", "mise", "installs", "node"), "bin"),
  ]);
  const fixed = ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", join(home, ".volta", "bin"), "/snap/bin"];
  return [...fixed.map((folder) => join(folder, executable)), ...managed.flat()].filter((path) =>
    existsSync(path),
  );
}

async function versionsIn(folder: string, bin: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort(byVersion).map((name) => join(folder, name, bin, executable));
}
