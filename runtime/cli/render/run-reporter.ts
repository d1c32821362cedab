import { LogLines } from "../../events/log-lines.ts";
import type { RunEvent } from "../../events/run-event.ts";
import type { State } from "../../events/states.ts";
import { print, printJsonLines } from "../output.ts";
import { paintedLogLine } from "./painted-log-line.ts";

/** Shows a run while it happens. */
export interface RunReporter {
  started(run: { readonly id: string; readonly path: string }): void;
  events(events: readonly RunEvent[]): void;
  ended(run: { readonly id: string; readonly state: State }): void;
  /** Shows no more, since what shows the run has failed. */
  stop(): void;
}

/** How a run is shown. */
export interface ShownOptions {
  /** As its events, a line each; with `quiet` only as how it ended. */
  readonly json?: boolean;
  /** Nothing but what is wrong with starting it. */
  readonly quiet?: boolean;
  /** As log lines, on a terminal too. */
  readonly log?: boolean;
}

/** Events for machines, one line a task for a terminal, plain log lines for a pipe. */
export async function reporter({ json, log, quiet }: ShownOptions): Promise<RunReporter> {
  if (quiet) return quietReporter(json ?? false);
  if (json) return jsonReporter();
  if (process.stdout.isTTY && process.env.TERM !== "dumb" && !log) {
    const { LiveReporter } = await import("./live-reporter.ts");
    return new LiveReporter();
  }
  return logReporter();
}

function jsonReporter(): RunReporter {
  return {
    started() {},
    events(events) {
      printJsonLines(events);
    },
    ended() {},
    stop() {},
  };
}

function quietReporter(json: boolean): RunReporter {
  return {
    started() {},
    events() {},
    ended(run) {
      if (json) printJsonLines([run]);
    },
    stop() {},
  };
}

function logReporter(): RunReporter {
  const lines = new LogLines();
  return {
    started() {},
    events(events) {
      let text = "";
      for (const line of lines.lines(events)) text += `${paintedLogLine(line)}\n`;
      if (text !== "") print(text);
    },
    ended() {},
    stop() {},
  };
}
