import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { baseOf } from "../disk/base-folder.ts";
import { freshPath } from "../disk/fresh-path.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { replaceFile } from "../disk/replace-file.ts";
import { syncFolder } from "../disk/sync.ts";
import { UserError } from "../errors/user-error.ts";
import { writeBeat } from "../processes/heartbeat.ts";
import { maskValue, secretsIn } from "../secrets/known-secrets.ts";
import { maskedState } from "./masked-event.ts";
import { limits, readInRun } from "./read-in-run.ts";
import { relocated, relocation } from "./relocation.ts";
import { isRunId, nameOfRunId, newStamp } from "./run-id.ts";
import { formOfRun, ownFormat, type RunInfo, runInfo, writerOf } from "./run-info.ts";
import { fits, problemText } from "./shape.ts";

/** Where the parts of a run are. */
export function runPaths(runFolder: string) {
  return {
    info: join(runFolder, "run.json"),
    events: join(runFolder, "events.jsonl"),
    heartbeat: join(runFolder, "heartbeat"),
    cancel: join(runFolder, "cancel"),
    results: join(runFolder, "results"),
    artifacts: join(runFolder, "artifacts"),
    /** What threads and engines have no memory for, while the run goes on. */
    temporary: join(runFolder, "temporary"),
    lastWords: join(runFolder, "last-words.txt"),
  };
}

/** A run that was asked for and isn't there, or is more than one. */
export class RunNotFoundError extends UserError {
  override readonly name = "RunNotFoundError";
}

/** A run that is there and can't be shown; the message says why. */
export class UnreadableRunError extends UserError {
  override readonly name = "UnreadableRunError";
}

/** Makes the store's folder in `base`, with the .gitignore that keeps it out of the user's repository. */
export async function makeStore(base: string): Promise<string> {
  const store = join(base, ".millrace");
  await makeFolder(join(store, "runs"));
  const ignore = join(store, ".gitignore");
  if (!existsSync(ignore)) await replaceFile(ignore, "*\n");
  return store;
}

/**
 * Makes a new run's folder, with its `run.json` and all else that a reader looks for from the moment that
 * it is there. Ids sort by when their runs began; two of one millisecond and name get different ones.
 */
export async function createRunFolder(
  base: string,
  about: Omit<RunInfo, "id">,
): Promise<{ readonly info: RunInfo; readonly path: string }> {
  const runs = join(await makeStore(base), "runs");
  const [newest] = await listRunFolders(base);
  const stamp = newStamp(about.started, newest && basename(newest));
  const unborn = freshPath(join(runs, "run"));
  try {
    await mkdir(unborn);
    const { results, artifacts } = runPaths(unborn);
    await Promise.all([mkdir(results), mkdir(artifacts)]);
    writeBeat(runPaths(unborn).heartbeat, "new", 0);
    for (let i = 1; ; i++) {
      const info = { id: `${stamp}-${about.name}${i === 1 ? "" : `-${i}`}`, ...about };
      await writeRunInfo(unborn, info); // and with it all that was made there is on the disk
      const path = join(runs, info.id);
      if (!(await renameUnlessTaken(unborn, path))) continue;
      await syncFolder(runs);
      return { info, path };
    }
  } catch (error) {
    await rm(unborn, { recursive: true, force: true });
    throw error;
  }
}

async function renameUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // rename rejects with nothing else
    if ((code === "ENOTEMPTY" || code === "EEXIST" || code === "EPERM") && existsSync(to)) return false;
    throw error;
  }
}

/**
 * Replaces `run.json` as a whole, without the secrets in what it says.
 * @param check called right before that; see `RunLock`.
 */
export async function writeRunInfo(runFolder: string, info: RunInfo, check?: () => void): Promise<void> {
  const { info: path } = runPaths(runFolder);
  const { exact, ...rest } = info;
  const isSecretFree = exact !== undefined && secretsIn(Buffer.from(exact, "base64")).length === 0;
  const kept: RunInfo = {
    ...rest,
    ...(isSecretFree ? { exact } : {}),
    parameters: maskValue(info.parameters),
    ...(info.state === undefined ? {} : { state: maskedState(info.state) }),
  };
  await replaceFile(path, `${JSON.stringify(kept, null, 2)}\n`, check);
}

/**
 * What a run's `run.json` says; paths are as they are here. Its id is its folder's name.
 * @throws {UnreadableRunError} for one that says something else than a run's; what the file system rejects with.
 */
export async function readRunInfo(runFolder: string): Promise<RunInfo> {
  const written = parseRunInfo(await readInRun(runFolder, "run.json", limits.info), runFolder);
  const relocate = relocation(written.base, baseOf(runFolder));
  const here =
    relocate === undefined ? written : { ...relocated(written, relocate), base: written.base ?? "" };
  return { ...here, id: basename(runFolder) };
}

function parseRunInfo(bytes: Buffer, runFolder: string): RunInfo {
  const rid = `Delete the folder ${runFolder} to be rid of the run.`;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new UnreadableRunError(`Its run.json is damaged: ${(error as Error).message}. ${rid}`); // JSON.parse throws nothing else
  }
  const by = fits(writerOf, value) ? `Millrace ${value.versions.millrace}` : "Millrace";
  if (fits(formOfRun, value) && (value.format ?? ownFormat) > ownFormat)
    throw new UnreadableRunError(
      `It was written by ${by}, in a form that this version doesn't know: use a newer one.`,
    );
  const problem = runInfo(value);
  if (problem !== undefined)
    throw new UnreadableRunError(
      `Its run.json, of ${by}, isn't one that this version knows: ${problemText(problem)}. ${rid}`,
    );
  return value as RunInfo; // it fits
}

/** All run folders of a store, newest first. */
export async function listRunFolders(base: string): Promise<string[]> {
  const runs = join(base, ".millrace", "runs");
  const names = await readdir(runs).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names
    .filter(isRunId)
    .sort()
    .reverse()
    .map((name) => join(runs, name));
}

/**
 * The folder of the run that `reference` names: an id, a run's name, the beginning of either, or `latest`.
 * @throws {RunNotFoundError} when there is none or more than one.
 */
export async function findRun(base: string, reference: string): Promise<string> {
  const folders = await listRunFolders(base);
  const idOf = (folder: string) => basename(folder);
  const nameOf = (folder: string) => nameOfRunId(idOf(folder));
  if (reference === "latest" && folders[0] !== undefined) return folders[0];
  const exact =
    folders.find((folder) => idOf(folder) === reference) ??
    folders.find((folder) => nameOf(folder) === reference);
  if (exact !== undefined) return exact;
  const matching = folders.filter(
    (folder) => idOf(folder).startsWith(reference) || nameOf(folder).startsWith(reference),
  );
  if (matching.length === 1 && matching[0] !== undefined) return matching[0];
  if (matching.length > 1) {
    throw new RunNotFoundError(
      `'${reference}' could be ${matching.slice(0, 5).map(idOf).join(", ")}. Give more of the id.`,
    );
  }
  throw new RunNotFoundError(
    folders.length === 0
      ? `There is no run '${reference}': ${base} has no runs yet. Start one with 'millrace run', or name the folder with --dir.`
      : `There is no run '${reference}'. 'millrace runs' lists them; 'latest' is ${folders[0] === undefined ? "" : idOf(folders[0])}.`,
  );
}
