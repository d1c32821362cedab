import { flowWithResult } from "../../events/flow-result.ts";
import { type LogLine, LogLines } from "../../events/log-lines.ts";
import type { ResultContent } from "../../events/result-content.ts";
import { readRunAs } from "../../store/read-run.ts";
import { print, printJsonLines } from "../output.ts";
import { MappedLog } from "./mapped-log.ts";
import { paintedLogLine } from "./painted-log-line.ts";
import type { RunReporter } from "./run-reporter.ts";

/** How a run is shown. */
export interface ShownOptions {
  /** As its events, a line each; with `quiet` only as how it ended. */
  readonly json?: boolean;
  /** Nothing but what is wrong with starting it. */
  readonly quiet?: boolean;
  /** With each of the runs of a `.map` call. */
  readonly all?: boolean;
  /** As log lines, on a terminal too. */
  readonly log?: boolean;
}

/** Events for machines, one line a task for a terminal, plain log lines for a pipe. */
export async function reporter({ json, log, quiet, all }: ShownOptions): Promise<RunReporter> {
  if (quiet) return quietReporter(json ?? false);
  if (json) return jsonReporter();
  if (process.stdout.isTTY && process.env.TERM !== "dumb" && !log) {
    const { LiveReporter } = await import("./live-reporter.ts");
    return new LiveReporter(all ?? false);
  }
  return logReporter(all ?? false);
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
    async ended({ id, state, path }) {
      if (json) printJsonLines([{ id, state, result: await resultOf(path) }]);
    },
    stop() {},
  };
}

async function resultOf(path: string): Promise<ResultContent | null> {
  const run = await readRunAs(path, "gone");
  const flow = flowWithResult(run.view);
  if (flow === undefined) return null;
  const { readResultContent } = await import("../../operations/read-result.ts");
  return readResultContent(run, flow, { rows: sampleRows, outside: true });
}

/** Rows of tables in a result. */
const sampleRows = 200;

function logReporter(all: boolean): RunReporter {
  const lines = all ? new LogLines() : new MappedLog();
  const show = (told: readonly LogLine[]) => {
    let text = "";
    for (const line of told) text += `${paintedLogLine(line)}\n`;
    if (text !== "") print(text);
  };
  return {
    started() {},
    events(events) {
      show(lines.lines(events));
    },
    ended() {
      if (lines instanceof MappedLog) show(lines.rest());
    },
    stop() {},
  };
}
