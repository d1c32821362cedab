import { LogLines } from "../../events/log-lines.ts";
import { formatState } from "../../events/states.ts";
import { type CancelListener, type CancelOutcome, cancelRun } from "../../operations/cancel-run.ts";
import { findLiveRun } from "../../operations/find-live-run.ts";
import { findStoredRun } from "../../operations/find-run.ts";
import { baseOption } from "../base-option.ts";
import { exit } from "../exit.ts";
import { note, printJson } from "../output.ts";
import { paintedLogLine } from "../render/painted-log-line.ts";

export interface CancelOptions {
  readonly dir?: string;
  readonly json?: boolean;
}

/**
 * `millrace cancel [run]`: asks the run, or the only one that is going on, to end, shows how it does, and ends its
 * process if it doesn't.
 * Exit code 0 when it was cancelled, 2 when it had ended before, 1 when it had to be killed or lives on.
 */
export async function cancelCommand(reference: string | undefined, options: CancelOptions): Promise<void> {
  const base = baseOption(options.dir);
  const path = await (reference === undefined ? findLiveRun(base) : findStoredRun(reference, base));
  const outcome = await cancelRun(path, "Cancelled by 'millrace cancel'.", shownInNotes());
  note("%s", outcomeText(outcome));
  if (options.json) printJson(outcome);
  await exit(exitCodes[outcome.outcome]);
}

const exitCodes: { readonly [outcome in CancelOutcome["outcome"]]: number } = {
  cancelled: 0,
  "had-ended": 2,
  "ended-itself": 2,
  killed: 1,
  "goes-on": 1,
};

function outcomeText(ended: CancelOutcome): string {
  const { id, state } = ended;
  switch (ended.outcome) {
    case "cancelled":
      return `The run '${id}' is cancelled.`;
    case "had-ended":
      return ended.crashed
        ? `${id}: ${state.message ?? state.name}`
        : `The run '${id}' has ended already: ${formatState(state)}.`;
    case "ended-itself":
      return `The run '${id}' ended before it could be cancelled: ${formatState(state)}.`;
    case "killed":
      return `It shows as ${state.name}; 'millrace resume ${id}' goes on from there.`;
    case "goes-on":
      return `The run '${id}' hasn't ended: process ${ended.process} on ${ended.host} goes on.`;
  }
}

/** What happens meanwhile, with the log lines since the run was asked to end. */
function shownInNotes(): CancelListener {
  const lines = new LogLines();
  let asked = 0;
  return {
    onAsked({ id, seq }) {
      asked = seq;
      note("Cancelling '%s'...", id);
    },
    onEvents(events) {
      for (const line of lines.lines(events)) if (line.seq > asked) note("%s", paintedLogLine(line));
    },
    onLate({ seconds, process, host, why }) {
      const late = `The run did not end within ${seconds} s`;
      if (why === undefined) note("%s: its process %d is ended (SIGKILL).", late, process);
      else note("%s, and its process %d on %s is not ended: %s.", late, process, host, why);
    },
  };
}
