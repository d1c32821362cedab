import stringWidth from "string-width";

const synchronized = { begin: "\x1b[?2026h", end: "\x1b[?2026l" };
const eraseLineEnd = "\x1b[K";
const eraseBelow = "\x1b[J";

/**
 * What turns one frame at the bottom of a terminal into the next, in one write. Lines are written over those
 * that are there and nothing is erased beforehand, so that nothing flickers on a terminal that can't hold
 * back its output (which the others are asked to).
 * @param previous the lines that are there, with the cursor below them. A terminal that became narrower has
 *   broken them.
 * @param above lines that scroll away above the frame.
 */
export function frameUpdate(
  previous: readonly string[],
  next: readonly string[],
  above: readonly string[],
  columns: number,
): string {
  const height = previous.reduce(
    (rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)),
    0,
  );
  const up = height === 0 ? "" : `\x1b[${height}A`;
  const lines = [...above, ...next].map((line) => `${line}${eraseLineEnd}\n`).join("");
  return `${synchronized.begin}${up}\r${lines}${eraseBelow}${synchronized.end}`;
}
