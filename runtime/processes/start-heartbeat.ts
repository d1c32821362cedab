import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type HeartbeatWork, writeBeat } from "./heartbeat.ts";

/**
 * Writes a heartbeat until it is stopped, from a thread of its own: whoever computes for long without a pause
 * is alive. What is written is a count, since those who read it may have another clock, or the same one set
 * anew. Where the file can't be written it stands still.
 * @returns a function that stops it.
 */
export function startHeartbeat(file: string, until: string): () => Promise<void> {
  const entry = fileURLToPath(new URL("./heartbeat-thread.js", import.meta.url));
  if (!existsSync(entry)) throw new Error(`Millrace isn't built: ${entry} is missing. Run 'npm run build'.`);
  const workerData: HeartbeatWork = { file, mark: randomBytes(6).toString("hex"), until };
  writeBeat(file, workerData.mark, 0);
  const thread = new Worker(entry, { workerData, execArgv: [], stdin: false });
  thread.unref();
  return async () => {
    await thread.terminate();
  };
}
