import { nearestName } from "../../authoring/nearest-name.ts";
import { UsageError } from "../../errors/user-error.ts";
import { type LogLine, LogLines } from "../../events/log-lines.ts";
import { type LogLevel, logLevels, type RunEvent } from "../../events/run-event.ts";
import { nameOfRun } from "../../events/run-ids.ts";
import { findStoredRun } from "../../operations/find-run.ts";
import { followRun } from "../../operations/follow-run.ts";
import { EventReader } from "../../store/event-reader.ts";
import { damageText, readRun } from "../../store/read-run.ts";
import { runPaths } from "../../store/run-folder.ts";
import { baseOption } from "../base-option.ts";
import { note, print, printJsonLines } from "../output.ts";
import { choice } from "../read-options.ts";
import { MappedLog } from "../render/mapped-log.ts";
import { paintedLogLine } from "../render/painted-log-line.ts";

export interface LogsOptions {
  readonly task?: string;
  readonly level?: string;
  readonly follow?: boolean;
  readonly all?: boolean;
  readonly dir?: string;
  readonly json?: boolean;
}

/** `millrace logs <run>`: the run's log, in Prefect's lines. */
export async function logsCommand(reference: string, options: LogsOptions): Promise<void> {
  const level = options.level === undefined ? undefined : choice("--level", options.level, logLevels);
  const path = await findStoredRun(reference, baseOption(options.dir));
  // Who asks for task runs, or for a machine, gets each.
  const isWhole = options.all || options.json || options.task !== undefined;
  const lines = isWhole ? new LogLines() : new MappedLog();
  const taskFilter = options.task === undefined ? undefined : new TaskFilter(options.task);
  const show = (events: readonly RunEvent[]) => {
    taskFilter?.learn(events);
    tell(lines.lines(events));
  };
  const tell = (all: readonly LogLine[]) => {
    const told = all
      .filter((line) => level === undefined || isAtLeast(line.level, level))
      .filter((line) => taskFilter?.admits(line) ?? true);
    if (options.json) printJsonLines(told);
    else if (told.length > 0) print(`${told.map(paintedLogLine).join("\n")}\n`);
  };
  if (!options.follow) {
    const reader = new EventReader(runPaths(path).events);
    for await (const events of reader.batches()) show(events);
    if (lines instanceof MappedLog) tell(lines.rest());
    for (const damage of reader.damages) note("%s", damageText(damage));
    taskFilter?.check();
    return;
  }
  for await (const events of followRun(path)) show(events);
  if (lines instanceof MappedLog) tell(lines.rest());
  taskFilter?.check();
  const { info, state, view } = await readRun(path);
  for (const damage of view.damages) note("%s", damage);
  if (state.type === "CRASHED" && info.state === undefined) note("%s", state.message);
}

function isAtLeast(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(least);
}

/** Lines of one task run, or of all runs of one task. */
class TaskFilter {
  readonly #wanted: string;
  readonly #matching = new Set<string>();
  readonly #known = new Set<string>();

  constructor(wanted: string) {
    this.#wanted = wanted;
  }

  /** Takes in which task runs there are. */
  learn(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.type !== "task-run-created") continue;
      const names = [event.taskRun, nameOfRun(event.taskRun), event.task];
      for (const name of names) this.#known.add(name);
      if (names.includes(this.#wanted)) this.#matching.add(event.taskRun);
    }
  }

  admits({ taskRun }: LogLine): boolean {
    return taskRun !== undefined && this.#matching.has(taskRun);
  }

  /** @throws {UsageError} if there was no such task. */
  check(): void {
    if (this.#matching.size > 0) return;
    const hint = nearestName(this.#wanted, this.#known);
    throw new UsageError(
      `The run has no task run and no task '${this.#wanted}'.${hint === undefined ? "" : ` Did you mean '${hint}'?`} 'millrace show' lists them.`,
    );
  }
}
