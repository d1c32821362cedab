import { setTimeout as delay } from "node:timers/promises";
import { listRunFolders, readRunInfo } from "../../runtime/store/run-folder.ts";
import type { RunInfo } from "../../runtime/store/run-info.ts";

/** The newest run of a folder. */
export async function storedRun(folder: string): Promise<RunInfo> {
  const [newest] = await listRunFolders(folder);
  if (newest === undefined) throw new Error(`${folder} has no runs.`);
  return readRunInfo(newest);
}

/** The newest run of a folder, once there is one. */
export async function runningRun(folder: string): Promise<RunInfo> {
  for (let i = 0; i < 300; i++) {
    const [newest] = await listRunFolders(folder);
    if (newest !== undefined) return readRunInfo(newest);
    await delay(100);
  }
  throw new Error(`No run has started in ${folder}.`);
}
