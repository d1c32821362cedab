import type { RunEvent } from "../events/run-event.ts";
import type { State } from "../events/states.ts";
import { endProcess } from "../processes/end-process.ts";
import { requestCancel } from "../store/cancel-request.ts";
import { readRun } from "../store/read-run.ts";
import { runPaths } from "../store/run-folder.ts";
import type { RunInfo } from "../store/run-info.ts";
import { followRun } from "./follow-run.ts";

/** What became of a run that was to be cancelled. */
export type CancelOutcome = {
  readonly id: string;
  readonly state: State;
} & (
  | { readonly outcome: "cancelled" }
  /** It had ended before it was asked, or its process was gone. */
  | { readonly outcome: "had-ended"; readonly crashed: boolean }
  /** It ended by itself before it could be cancelled. */
  | { readonly outcome: "ended-itself" }
  /** It didn't end itself, and its process was ended. */
  | { readonly outcome: "killed" }
  /** It didn't end itself, and its process, which is out of reach or isn't proven to be the run's, goes on. */
  | { readonly outcome: "goes-on"; readonly process: number; readonly host: string }
);

/** Who hears what happens meanwhile. */
export interface CancelListener {
  /** @param seq of its last event before it was asked. */
  onAsked?(run: { readonly id: string; readonly seq: number }): void;
  /** Hears the run's events, from its beginning. */
  onEvents?(events: readonly RunEvent[]): void;
  /** Hears that the run didn't end itself in time, and what became of its process. */
  onLate?(late: {
    readonly seconds: number;
    readonly process: number;
    readonly host: string;
    /** Why its process could not be ended; absent where it was. */
    readonly why?: string;
  }): void;
}

/** How long a run may take to end itself, milliseconds. */
const patience = 10_000;
/** How long the system may take to end a killed process, milliseconds. */
const killPatience = 5_000;

/**
 * Asks a run to end, and ends its process if it doesn't.
 * @param reason what its final state says.
 */
export async function cancelRun(
  path: string,
  reason: string,
  listener: CancelListener = {},
): Promise<CancelOutcome> {
  const before = await readRun(path);
  if (!before.alive) {
    const crashed = before.info.state === undefined;
    return { id: before.info.id, state: before.state, outcome: "had-ended", crashed };
  }
  await requestCancel(path, reason);
  listener.onAsked?.({ id: before.info.id, seq: before.view.seq });
  let killed = false;
  if (!(await watchEnd(path, patience, listener))) {
    killed = await endRunner(path, before.info, listener);
    if (killed) await watchEnd(path, killPatience, {});
  }
  const { info, state, alive } = await readRun(path);
  const { id, host } = info;
  if (alive) return { id, state, outcome: "goes-on", process: host.pid, host: host.name };
  if (state.type === "CANCELLED") return { id, state, outcome: "cancelled" };
  return { id, state, outcome: killed ? "killed" : "ended-itself" };
}

/** @returns whether the run ended within the time. */
async function watchEnd(path: string, time: number, { onEvents }: CancelListener): Promise<boolean> {
  for await (const events of followRun(path, AbortSignal.timeout(time))) onEvents?.(events);
  return !(await readRun(path)).alive;
}

/** @returns false where the process is out of reach, or isn't proven to be the run's. */
async function endRunner(path: string, { host }: RunInfo, { onLate }: CancelListener): Promise<boolean> {
  const ending = await endProcess(host, runPaths(path).heartbeat);
  const late = { seconds: patience / 1000, process: host.pid, host: host.name };
  onLate?.(ending.ended ? late : { ...late, why: ending.why });
  return ending.ended;
}
