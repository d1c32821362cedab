import { visibleLine } from "../../shown-text/visible-controls.ts";
import { terminalWidth } from "./terminal-width.ts";

const segmenter = new Intl.Segmenter();

/** Text without colours in exactly that many terminal columns, cut with `…` or padded. */
export function fitColumns(given: string, columns: number): string {
  const text = visibleLine(given);
  const width = terminalWidth(text);
  if (width <= columns) return text + " ".repeat(columns - width);
  if (columns <= 0) return "";
  let cut = "";
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = terminalWidth(segment);
    if (used + next > columns - 1) break;
    cut += segment;
    used += next;
  }
  return `${cut}…${" ".repeat(columns - 1 - used)}`;
}
