import stringWidth from "string-width";

/** How many terminal columns a text without escape sequences takes. Of plain letters as many as it has: ids of deep subflows are long. */
export function terminalWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}
