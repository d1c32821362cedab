import { existsSync } from "node:fs";
import { readCancelRequest } from "../store/cancel-request.ts";
import { touchHeartbeat } from "../store/run-folder.ts";
import { heartbeatInterval } from "../store/run-host.ts";

/** How often the run looks for a cancel request, milliseconds. */
const cancelPollInterval = 200;

/**
 * Keeps the heartbeat, and cancels the run when asked to by the signal, by a request in its folder, or by
 * need: because its folder is gone, or takes no more events.
 */
export function watchControl(
  path: string,
  signal: AbortSignal | undefined,
  failed: AbortController,
  cancel: (reason: unknown) => void,
): () => void {
  const onAbort = () => cancel(signal?.reason);
  const onFailed = () => cancel(failed.signal.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  failed.signal.addEventListener("abort", onFailed);
  const heartbeat = setInterval(async () => {
    await touchHeartbeat(path).catch(async (error: unknown) => {
      // Only what the events' writer doesn't notice: an open file outlives its folder.
      if (!existsSync(path)) failed.abort(error);
    });
  }, heartbeatInterval);
  const requests = setInterval(async () => {
    const reason = await readCancelRequest(path);
    if (reason !== undefined) cancel(new Error(reason));
  }, cancelPollInterval);
  return () => {
    clearInterval(heartbeat);
    clearInterval(requests);
    signal?.removeEventListener("abort", onAbort);
    failed.signal.removeEventListener("abort", onFailed);
  };
}
