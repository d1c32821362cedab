import { visibleLine, visibleText } from "./visible-controls.ts";

/** The most of a message that a notification shows, in UTF-16 units. */
const longestMessage = 400;
/** The most of a name that a list, a lens or the status bar shows. */
const longestLabel = 200;

/**
 * Text for a notification, or a question's prompt. VS Code makes a link of `[text](target)` there, also one
 * that runs a command: none is left.
 */
export function notificationText(text: string): string {
  return cut(visibleText(text), longestMessage).replaceAll("](", "] (");
}

/** Text for a list's item, a lens or the status bar. VS Code makes an icon of `$(name)` there: none is left. */
export function labelText(text: string): string {
  return cut(visibleLine(text), longestLabel).replaceAll("$(", "$ (").replaceAll("](", "] (");
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Half of a surrogate pair is no character.
  const end = /[\ud800-\udbff]/.test(text.charAt(longest - 1)) ? longest - 1 : longest;
  return `${text.slice(0, end)}...`;
}
