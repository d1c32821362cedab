import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "..", "..", "..");

/** A folder of its own with the flows of `test/e2e/workspace`, or some of them. */
export async function makeWorkspace(...files: string[]): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "millrace-e2e-workspace-")));
  const from = join(root, "test", "e2e", "workspace");
  for (const file of files) await cp(join(from, file), join(folder, file), { recursive: true });
  return folder;
}

export async function removeWorkspace(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Calls the command line as from a terminal. */
export async function millrace(folder: string, ...args: string[]): Promise<string> {
  const call = promisify(execFile)(process.execPath, [join(root, "dist", "cli.js"), ...args], {
    cwd: folder,
  });
  return (await call).stdout;
}

export interface StoredRunInfo {
  readonly id: string;
  readonly flow: string;
  readonly state?: { readonly name: string };
  readonly parameters: { readonly [name: string]: unknown };
  readonly attempt: number;
}

/** What the newest run's run.json says, once `when` holds. */
export async function latestRun(
  folder: string,
  when: (run: StoredRunInfo) => boolean = () => true,
  timeout = 20_000,
): Promise<StoredRunInfo> {
  let last: StoredRunInfo | undefined;
  for (const end = Date.now() + timeout; Date.now() < end; await delay(50)) {
    const runs = join(folder, ".millrace", "runs");
    const [newest] = (await readdir(runs).catch(() => [])).sort().reverse();
    if (newest === undefined) continue;
    const text = await readFile(join(runs, newest, "run.json"), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    last = JSON.parse(text) as StoredRunInfo; // written by the runtime
    if (when(last)) return last;
  }
  throw new Error(`No run got there within ${timeout} ms; the last one is ${JSON.stringify(last)}.`);
}
