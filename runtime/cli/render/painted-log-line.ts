import { formatLogLine, type LogLine } from "../../events/log-lines.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import { levelStyles, paint } from "./style.ts";

/** A log line whose level is coloured where stdout shows colours. */
export function paintedLogLine(line: LogLine): string {
  const logger = visibleLine(line.logger);
  return formatLogLine({ ...line, logger }).replace(line.level, (level) =>
    paint(levelStyles[line.level], level),
  );
}
