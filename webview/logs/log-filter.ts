import type { LogLine } from "../../runtime/events/log-lines.ts";
import type { LogLevel } from "../../runtime/events/run-event.ts";

export interface LogFilter {
  /** The least level that is shown. */
  readonly level: LogLevel;
  /** Only lines of these task and flow runs; undefined for all. */
  readonly runs: ReadonlySet<string> | undefined;
  /** Only lines that have this text in their message or logger, upper and lower case alike. */
  readonly text: string;
}

const ranks: Record<LogLevel, number> = { DEBUG: 0, INFO: 1, WARNING: 2, ERROR: 3, CRITICAL: 4 };

export function matchesFilter(line: LogLine, filter: LogFilter): boolean {
  if (ranks[line.level] < ranks[filter.level]) return false;
  if (filter.runs !== undefined) {
    const own = line.taskRun ?? line.flowRun;
    if (own === undefined || !filter.runs.has(own)) return false;
  }
  if (filter.text === "") return true;
  const wanted = filter.text.toLowerCase();
  return line.message.toLowerCase().includes(wanted) || line.logger.toLowerCase().includes(wanted);
}
