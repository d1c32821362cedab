import { commandError } from "./command-error.ts";
import type { FromRunProcess, RunOrder, ToRunProcess } from "./run-messages.ts";
import { startRun } from "./start-run.ts";

// The process of a run that a program has started: `runFlow` talks to it. What happens in the run is in the run's
// folder; only that it has begun, or can't begin, is told here.

const cancelled = new AbortController();

process.on("message", (message: ToRunProcess) => {
  switch (message.to) {
    case "start":
      void run(message.order);
      return;
    case "cancel":
      cancelled.abort(new Error(message.reason));
      return;
    default:
      message satisfies never;
  }
});
// A program that has gone is no reason to end: the run goes on, as a run does when a window is closed.
process.on("disconnect", () => {});
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (cancelled.signal.aborted) process.exit(130);
    cancelled.abort(new Error(signal === "SIGINT" ? "Cancelled by Ctrl-C." : `Cancelled by ${signal}.`));
  });

async function run({ flow, folder, ...choices }: RunOrder): Promise<void> {
  try {
    const { base, threads } = choices;
    await startRun({ flow, folder, base, threads, choose: () => choices }, () => ({
      signal: cancelled.signal,
      onEvents() {},
      onStarted: ({ id, path }) => tell({ from: "started", id, path }),
    }));
  } catch (error) {
    await tell({ from: "failed", error: commandError(error) });
    process.exit(1);
  }
  process.exit(0);
}

/** @returns when it is told, or nobody is there. */
function tell(message: FromRunProcess): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
