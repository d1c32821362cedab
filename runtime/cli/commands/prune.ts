import { existsSync } from "node:fs";
import { pruneWritten } from "../../disk/prune-written.ts";
import { RefusedFileError } from "../../disk/read-file.ts";
import { ownFolder } from "../../disk/remove-own.ts";
import { UsageError, UserError } from "../../errors/user-error.ts";
import { removeStored } from "../../operations/remove-stored.ts";
import { deleteRun, type PruneRule, runsToPrune } from "../../store/prune.ts";
import { pruneBundles, pruneCache, pruneTornRuns } from "../../store/prune-leftovers.ts";
import { listRuns } from "../../store/read-run.ts";
import { readRunInfo } from "../../store/run-folder.ts";
import { isRunnerAlive } from "../../store/run-liveness.ts";
import { baseOption } from "../base-option.ts";
import { note, print, printJson } from "../output.ts";
import { age, wholeNumber } from "../read-options.ts";

export interface PruneOptions {
  readonly keep?: string;
  readonly olderThan?: string;
  readonly cache?: boolean;
  readonly dryRun?: boolean;
  readonly dir?: string;
  readonly json?: boolean;
}

/** `millrace prune`: deletes old runs and what only they used. */
export async function pruneCommand(options: PruneOptions): Promise<void> {
  const keep = options.keep === undefined ? undefined : wholeNumber("--keep", options.keep, 0);
  const olderThan = options.olderThan === undefined ? undefined : age("--older-than", options.olderThan);
  if (keep === undefined && olderThan === undefined)
    throw new UsageError("Say what is to go: --keep <n>, --older-than <age>, or both.");
  if (options.cache && olderThan === undefined)
    throw new UsageError("--cache needs --older-than: cached results belong to no run.");
  const rule: PruneRule = {
    ...(keep === undefined ? {} : { keep }),
    ...(olderThan === undefined ? {} : { olderThan }),
  };
  const base = baseOption(options.dir);
  const now = Date.now();
  const how = { dryRun: options.dryRun ?? false };
  const { runs, unreadable } = await listRuns(base);
  const deleted: string[] = [];
  // Links in the store are left, and what they lead to; the rest goes all the same.
  const refused: string[] = [];
  const unlessRefused = async (prune: () => Promise<string[]>): Promise<string[]> => {
    try {
      return await prune();
    } catch (error) {
      if (!(error instanceof RefusedFileError)) throw error;
      refused.push(error.message);
      return [];
    }
  };
  const isOwn =
    runs.length === 0 ||
    (await unlessRefused(async () => [(await ownFolder(base, ".millrace", "runs")) ?? ""])).length > 0;
  const doomed = isOwn ? runsToPrune(runs, rule, now) : [];
  const stay = runs.filter((run) => !doomed.includes(run)).map(({ path }) => path);
  for (const run of doomed) {
    try {
      const goes = how.dryRun
        ? await mayGo(run.path)
        : await deleteRun(run.path, (info) => removeStored(info, base, stay));
      if (goes) deleted.push(run.id);
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof RefusedFileError) throw error;
      refused.push(`The run '${run.id}' stays, since its tables do: ${error.message}`);
    }
  }
  const kept = runs.filter((run) => !deleted.includes(run.id));
  if (!how.dryRun)
    await unlessRefused(async () => {
      await pruneTornRuns(base, now - 60_000);
      return [];
    });
  const bundles = await unlessRefused(() => pruneBundles(base, kept, { ...how, now }));
  const stayed = {
    ids: new Set([...kept, ...unreadable].map(({ id }) => id)),
    oldest: kept.reduce((oldest, run) => Math.min(oldest, run.started), now),
  };
  const written = await unlessRefused(() => pruneWritten(base, stayed, how));
  const cached = await unlessRefused(async () =>
    options.cache && olderThan !== undefined ? pruneCache(base, now - olderThan, how) : [],
  );
  for (const message of new Set(refused)) note("%s", message);
  if (refused.length > 0) process.exitCode = 1;
  for (const { id, error } of unreadable) note("The run '%s' is left, since it can't be read: %s", id, error);
  if (options.json) {
    printJson({ runs: deleted, bundles, written, cached });
    return;
  }
  for (const id of deleted) print(`${id}\n`);
  const counts = [
    count(deleted.length, "run"),
    count(bundles.length, "bundle"),
    ...(written.length === 0
      ? []
      : [count(written.length, "folder's earlier version", "folders' earlier versions")]),
    ...(options.cache ? [count(cached.length, "cached result")] : []),
  ];
  note("%s %s.", how.dryRun ? "Would delete" : "Deleted", counts.join(", "));
}

/** Another process may have deleted the run since it was listed. */
async function mayGo(path: string): Promise<boolean> {
  try {
    return !(await isRunnerAlive(path, await readRunInfo(path)));
  } catch (error) {
    if (!existsSync(path)) return false;
    throw error;
  }
}

function count(n: number, what: string, whats = `${what}s`): string {
  return `${n} ${n === 1 ? what : whats}`;
}
