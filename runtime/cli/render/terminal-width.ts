import stringWidth from "string-width";

/**
 * How many terminal columns a text without escape sequences takes. Of plain letters as many as it has, but for those
 * that others may belong to: an accent, a keycap's sign.
 */
export function terminalWidth(text: string): number {
  let width = 0;
  let done = 0;
  for (const { index, 0: plain } of text.matchAll(/[\x20-\x7e]+/g)) {
    const first = index === 0 ? 0 : index + 1;
    const last = index + plain.length === text.length ? text.length : index + plain.length - 1;
    if (last - first < 2) continue;
    width += (first === done ? 0 : stringWidth(text.slice(done, first))) + last - first;
    done = last;
  }
  return done === text.length ? width : width + stringWidth(text.slice(done));
}
