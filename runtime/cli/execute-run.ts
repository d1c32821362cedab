import type { RunSummary } from "../events/run-summary.ts";
import type { Listen, StartOutcome } from "../operations/start-run.ts";
import { exit, exitCodeOf } from "./exit.ts";
import { ignoresHangup } from "./ignores-hangup.ts";
import { goOnWithoutOutput, loseTerminal, note, printJsonLines, printSequences } from "./output.ts";
import { cursor } from "./render/cursor.ts";
import { reporter, type ShownOptions } from "./render/make-reporter.ts";
import type { RunReporter } from "./render/run-reporter.ts";

/**
 * Shows a run of this process, hears Ctrl-C, and ends the process with its exit code.
 * @param options known when it begins at the latest.
 * @param run starts or resumes it.
 */
export async function executeRun(
  options: ShownOptions | (() => ShownOptions),
  run: (listen: Listen) => Promise<StartOutcome>,
): Promise<never> {
  let shown: RunReporter | undefined;
  const listen: Listen = async () => {
    const reports = await reporter(typeof options === "function" ? options() : options);
    shown = reports;
    goOnWithoutOutput(({ message }) =>
      note(
        "The output can't be written any more (%s). The run goes on; 'millrace follow latest' shows it.",
        message,
      ),
    );
    return {
      signal: cancelBySignals(),
      onStarted: (started) => reports.started(started),
      onEvents: (events) => reports.events(events),
    };
  };
  const outcome = await run(listen).catch((error: unknown) => {
    shown?.stop();
    throw error;
  });
  if (outcome.outcome === "skipped") return exitSkipped(outcome.running, options);
  const { id, path, state } = outcome;
  await shown?.ended({ id, path, state });
  return exit(exitCodeOf(state));
}

function exitSkipped({ id, flow }: RunSummary, options: ShownOptions | (() => ShownOptions)): Promise<never> {
  const { json } = typeof options === "function" ? options() : options;
  if (json) printJsonLines([{ skipped: true, running: id }]);
  note("Nothing is started: the flow '%s' is running as '%s'.", flow, id);
  return exit(0);
}

/**
 * Ctrl-C (or SIGTERM, as from `docker stop`) once cancels the run; a second time ends the process. A closed
 * terminal (SIGHUP) cancels it too, but is told by the shell and by the system: a second one means nothing.
 */
function cancelBySignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) {
        // Killed, it can't put the cursor back itself; an exit would wait for a thread in native code.
        if (process.stdout.isTTY) printSequences(cursor.show);
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
      }
      controller.abort(new Error(signal === "SIGINT" ? "Cancelled by Ctrl-C." : `Cancelled by ${signal}.`));
    });
  }
  const outlivesTerminal = ignoresHangup();
  process.on("SIGHUP", () => {
    loseTerminal();
    if (!outlivesTerminal) controller.abort(new Error("Cancelled: its terminal was closed (SIGHUP)."));
  });
  return controller.signal;
}
