import { fenceEvents } from "./event-writer.ts";
import { holdRun } from "./hold-run.ts";
import { readRunAs, type StoredRun } from "./read-run.ts";
import { runPaths } from "./run-folder.ts";
import type { RunLock } from "./run-lock.ts";

/**
 * Takes over a run that nobody runs any more, to go on with it. From then on nothing counts that an earlier
 * writer appends; what is read is what counted until then.
 * @throws {RunLockedError} while another process has the run.
 */
export async function takeRun(path: string): Promise<{ readonly lock: RunLock; readonly before: StoredRun }> {
  let above = 0;
  for (;;) {
    const lock = await holdRun(path, above);
    try {
      await fenceEvents(runPaths(path).events, lock.number);
      const before = await readRunAs(path, "gone");
      if (before.writer <= lock.number) return { lock, before };
      // The folder has lost its locks: the events tell of writers that came later than this one's number.
      above = before.writer;
    } catch (error) {
      await lock.release();
      throw error;
    }
    await lock.release();
  }
}
