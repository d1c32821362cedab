import { formatLogLine, type LogLine } from "../../events/log-lines.ts";
import { levelStyles, paint } from "./style.ts";

/** A log line whose level is coloured where stdout shows colours. */
export function paintedLogLine(line: LogLine): string {
  return formatLogLine(line).replace(line.level, (level) => paint(levelStyles[line.level], level));
}
