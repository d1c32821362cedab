import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ownFolder, removeOwn } from "./remove-own.ts";
import { readRecord, recordedPaths, recordFolder, removeKept, type Written } from "./written-record.ts";

/** Runs that stay. */
export interface StayingRuns {
  readonly ids: ReadonlySet<string>;
  /** When the oldest of them started, milliseconds since 1970. */
  readonly oldest: number;
}

/**
 * Deletes what is known of writings of folders, and the versions that were there before, where none of the runs that
 * wrote them stays, nor any that may have read what was there before: one that started earlier.
 * @returns the folders' paths.
 * @throws {RefusedFileError} where a link leads to what is kept.
 */
export async function pruneWritten(
  base: string,
  stay: StayingRuns,
  { dryRun }: { readonly dryRun: boolean },
): Promise<string[]> {
  const folder = await ownFolder(base, ".millrace", "written");
  const doomed: string[] = [];
  if (folder === undefined) return doomed;
  for (const path of await recordedPaths(base)) {
    const paths = { base, path };
    const written = await readRecord(paths);
    if (written === undefined || runsOf(written).some((run) => stay.ids.has(run))) continue;
    const record = recordFolder(paths);
    const { mtimeMs } = await stat(join(record, "written.json"));
    // What was not moved into place yet is finished by the next run that starts.
    if (mtimeMs >= stay.oldest || existsSync(join(dirname(path), written.fresh))) continue;
    doomed.push(path);
    if (dryRun) continue;
    await removeKept(paths, undefined);
    await removeOwn(folder, record.slice(folder.length + 1));
  }
  return doomed;
}

function runsOf({ writer, previous, replaced }: Written): string[] {
  return [
    writer.run,
    ...(previous === undefined ? [] : runsOf(previous)),
    ...(replaced === undefined ? [] : runsOf(replaced)),
  ];
}
