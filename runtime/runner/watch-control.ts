import { readCancelRequest } from "../store/cancel-request.ts";
import type { EventWriter } from "../store/event-writer.ts";

/** How often the run looks for a cancel request, milliseconds. */
const cancelPollInterval = 200;
/** How often it looks whether its folder is still there and its own, milliseconds. */
const checkInterval = 1_000;

/**
 * Cancels the run when asked to by the signal, by a request in its folder, or by need: because its folder is
 * gone, takes no more events, or is another process's.
 */
export function watchControl(parts: {
  readonly path: string;
  readonly writer: EventWriter;
  readonly signal: AbortSignal | undefined;
  /** Aborted when no more events can be written. */
  readonly failed: AbortSignal;
  readonly cancel: (reason: unknown) => void;
}): () => void {
  const { path, writer, signal, failed, cancel } = parts;
  const onAbort = () => cancel(signal?.reason);
  const onFailed = () => cancel(failed.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  failed.addEventListener("abort", onFailed);
  const checks = setInterval(() => writer.check(), checkInterval);
  const requests = setInterval(async () => {
    const reason = await readCancelRequest(path);
    if (reason !== undefined) cancel(new Error(reason));
  }, cancelPollInterval);
  return () => {
    clearInterval(checks);
    clearInterval(requests);
    signal?.removeEventListener("abort", onAbort);
    failed.removeEventListener("abort", onFailed);
  };
}
