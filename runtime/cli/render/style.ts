import { styleText } from "node:util";
import type { LogLevel } from "../../events/run-event.ts";
import type { State } from "../../events/states.ts";
import { ownColours } from "./own-sequences.ts";

export type Style = Parameters<typeof styleText>[0];

/** Text in a colour or weight where stdout shows such: a terminal, and NO_COLOR isn't set. */
export function paint(style: Style, text: string): string {
  if (text === "") return "";
  // The text has no part in that: colours that are in it aren't ours.
  const [begin = "", end = ""] = styleText(style, "|", { stream: process.stdout }).split("|");
  return ownColours(begin) + text + ownColours(end);
}

/** The colour that a state is shown in. */
export function stateStyle(state: State): Style {
  switch (state.type) {
    case "COMPLETED":
      return state.name === "Cached" ? "cyan" : "green";
    case "FAILED":
    case "CRASHED":
      return "red";
    case "RUNNING":
      return "blue";
    case "CANCELLING":
    case "CANCELLED":
      return "yellow";
    case "SCHEDULED":
      return "magenta";
    case "PENDING":
      return state.name === "NotReady" ? "yellow" : "dim";
  }
}

export const levelStyles: { readonly [level in LogLevel]: Style } = {
  DEBUG: "dim",
  INFO: "cyan",
  WARNING: "yellow",
  ERROR: "red",
  CRITICAL: ["bold", "red"],
};
