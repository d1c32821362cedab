import { LogLines } from "../../events/log-lines.ts";
import { formatState, type State } from "../../events/states.ts";
import { endProcess } from "../../processes/end-process.ts";
import { requestCancel } from "../../store/cancel-request.ts";
import { readRun } from "../../store/read-run.ts";
import { type RunInfo, runPaths } from "../../store/run-folder.ts";
import { exit } from "../exit.ts";
import { findStoredRun } from "../find-stored-run.ts";
import { followRun } from "../follow-run.ts";
import { note, printJson } from "../output.ts";
import { paintedLogLine } from "../render/painted-log-line.ts";

export interface CancelOptions {
  readonly dir?: string;
  readonly json?: boolean;
}

/** How long a run may take to end itself, milliseconds. */
const patience = 10_000;
/** How long the system may take to end a killed process, milliseconds. */
const killPatience = 5_000;

/**
 * `millrace cancel <run>`: asks the run to end, shows how it does, and ends its process if it doesn't.
 * Exit code 0 when it was cancelled, 2 when it had ended before, 1 when it had to be killed or lives on.
 */
export async function cancelCommand(reference: string, options: CancelOptions): Promise<void> {
  const path = await findStoredRun(reference, options.dir);
  const before = await readRun(path);
  const finish = async (id: string, state: State, code: number) => {
    if (options.json) printJson({ id, state });
    await exit(code);
  };
  if (!before.alive) {
    const crashed = before.info.state === undefined;
    note(
      crashed ? "%s: %s" : "The run '%s' has ended already: %s.",
      before.info.id,
      crashed ? before.state.message : formatState(before.state),
    );
    return finish(before.info.id, before.state, 2);
  }
  await requestCancel(path, "Cancelled by 'millrace cancel'.");
  note("Cancelling '%s'...", before.info.id);
  let killed = false;
  if (!(await watchEnd(path, before.view.seq, patience))) {
    killed = await endRunner(path, before.info);
    if (killed) await watchEnd(path, Number.POSITIVE_INFINITY, killPatience);
  }
  const { info, state, alive } = await readRun(path);
  if (alive) {
    note("The run '%s' hasn't ended: process %d on %s goes on.", info.id, info.host.pid, info.host.name);
    return finish(info.id, state, 1);
  }
  if (state.type === "CANCELLED") {
    note("The run '%s' is cancelled.", info.id);
    return finish(info.id, state, 0);
  }
  if (killed) note("It shows as %s; 'millrace resume %s' goes on from there.", state.name, info.id);
  else note("The run '%s' ended before it could be cancelled: %s.", info.id, formatState(state));
  return finish(info.id, state, killed ? 1 : 2);
}

/** Shows the log lines of the events after `seq`. @returns whether the run ended within the time. */
async function watchEnd(path: string, seq: number, time: number): Promise<boolean> {
  const timeout = AbortSignal.timeout(time);
  const lines = new LogLines();
  for await (const events of followRun(path, timeout)) {
    for (const line of lines.lines(events)) if (line.seq > seq) note("%s", paintedLogLine(line));
  }
  return !(await readRun(path)).alive;
}

/** @returns false where the process is out of reach, or isn't proven to be the run's. */
async function endRunner(path: string, { host }: RunInfo): Promise<boolean> {
  const late = `The run did not end within ${patience / 1000} s`;
  const ending = await endProcess(host, runPaths(path).heartbeat);
  if (ending.ended) note("%s: its process %d is ended (SIGKILL).", late, host.pid);
  else note("%s, and its process %d on %s is not ended: %s.", late, host.pid, host.name, ending.why);
  return ending.ended;
}
