import { startHeartbeat } from "../processes/start-heartbeat.ts";
import { runPaths } from "./run-folder.ts";
import { lockRun, type RunLock } from "./run-lock.ts";

/**
 * Makes this process the run's only writer, as {@link lockRun} does, and shows from then on by a heartbeat that
 * it is alive, until it gives the run back.
 */
export async function holdRun(path: string, above = 0): Promise<RunLock> {
  const lock = await lockRun(path, above);
  const stop = startHeartbeat(runPaths(path).heartbeat, lock.successor);
  const release = async () => {
    await stop();
    await lock.release();
  };
  return { ...lock, release };
}
