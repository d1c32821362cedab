import { randomInt } from "node:crypto";
import { visibleText } from "../../shown-text/visible-controls.ts";

const esc = String.fromCharCode(27);

/**
 * What tells our own colours from a run's: numbers that nobody else knows, in each sequence. They have the form
 * of a colour's numbers, so that whatever measures text passes over them.
 */
const key = Array.from({ length: 4 }, () => randomInt(1_000, 10_000)).join(";");
const colour = new RegExp(`${esc}\\[([\\d;]+)m`, "g");
const own = new RegExp(`${esc}\\[([\\d;]+);${key}m`, "g");

/** Marks the colours in a text as ours, such as `styleText` has put around it. */
export function ownColours(text: string): string {
  return text.replace(colour, `${esc}[$1;${key}m`);
}

/** Text as a terminal may get it: the colours that are ours, and nothing else that it would obey. */
export function terminalText(text: string): string {
  let safe = "";
  let end = 0;
  for (const match of text.matchAll(own)) {
    safe += `${visibleText(text.slice(end, match.index))}${esc}[${match[1]}m`;
    end = match.index + match[0].length;
  }
  return safe + visibleText(text.slice(end));
}
