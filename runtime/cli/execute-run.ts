import { type RunFlowOptions, runFlow } from "../runner/run-flow.ts";
import { exit, exitCodeOf } from "./exit.ts";
import { ignoresHangup } from "./ignores-hangup.ts";
import { goOnWithoutOutput, loseTerminal, note, printSequences } from "./output.ts";
import { cursor } from "./render/frame.ts";
import { type ReporterOptions, type RunReporter, reporter } from "./render/run-reporter.ts";
import { millraceVersion } from "./version.ts";

/** Runs a flow for the command line: shows it, hears Ctrl-C, and ends the process with its exit code. */
export async function executeRun(
  options: Omit<RunFlowOptions, "onEvents" | "onStarted" | "signal" | "version"> & ReporterOptions,
): Promise<never> {
  const shown: RunReporter = await reporter(options);
  goOnWithoutOutput(({ message }) =>
    note(
      "The output can't be written any more (%s). The run goes on; 'millrace follow latest' shows it.",
      message,
    ),
  );
  const { state, id } = await runFlow({
    ...options,
    version: millraceVersion(),
    signal: cancelBySignals(),
    onEvents: (events) => shown.events(events),
    onStarted: (run) => shown.started(run),
  }).catch((error: unknown) => {
    shown.stop();
    throw error;
  });
  shown.ended({ id, state });
  return exit(exitCodeOf(state));
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
