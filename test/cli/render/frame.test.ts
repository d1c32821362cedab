import assert from "node:assert/strict";
import { frameUpdate } from "../../../runtime/cli/render/frame.ts";

const esc = String.fromCharCode(27);
const output = new RegExp(`(${esc}\\[(\\??\\d*)([A-Za-z]))|([^${esc}])`, "gu");

/** What a terminal shows after the writes: lines, the cursor's last. Breaks lines that are too long, as terminals do. */
function screen(columns: number, ...writes: string[]): string[] {
  const rows: string[] = [""];
  let row = 0;
  let column = 0;
  for (const [, sequence, number, letter, text] of writes.join("").matchAll(output)) {
    if (sequence !== undefined) {
      if (letter === "A") row = Math.max(0, row - Number(number));
      else if (letter === "K") rows[row] = (rows[row] ?? "").slice(0, column);
      else if (letter === "J") rows.splice(row, Number.POSITIVE_INFINITY, (rows[row] ?? "").slice(0, column));
    } else if (text === "\n") {
      row++;
      column = 0;
      rows[row] ??= "";
    } else if (text === "\r") {
      column = 0;
    } else {
      if (column === columns) {
        row++;
        column = 0;
      }
      const line = rows[row] ?? "";
      rows[row] = line.slice(0, column) + text + line.slice(column + 1);
      column++;
    }
  }
  return rows;
}

describe("a frame at the bottom of a terminal", () => {
  it("is drawn over the one before, whichever has more lines", () => {
    const first = ["one running", "two"];
    const second = ["one done", "two", "three"];
    const third = ["all done"];
    assert.deepEqual(
      screen(80, "$ run\n", frameUpdate([], first, [], 80), frameUpdate(first, second, [], 80)),
      ["$ run", "one done", "two", "three", ""],
    );
    assert.deepEqual(
      screen(80, "$ run\n", frameUpdate([], second, [], 80), frameUpdate(second, third, [], 80)),
      ["$ run", "all done", ""],
    );
  });

  it("lets lines scroll by above it", () => {
    const frame = ["● task"];
    assert.deepEqual(
      screen(80, frameUpdate([], frame, [], 80), frameUpdate(frame, frame, ["a log line", "another"], 80)),
      ["a log line", "another", "● task", ""],
    );
  });

  it("covers what a terminal that became narrower has broken", () => {
    const wide = ["a line of twenty-two c", "b"];
    const narrow = ["a line", "b"];
    assert.deepEqual(screen(10, "$ run\n", `${wide.join("\n")}\n`, frameUpdate(wide, narrow, [], 10)), [
      "$ run",
      "a line",
      "b",
      "",
    ]);
  });

  it("erases nothing before it is written over, in one write", () => {
    const update = frameUpdate(["a"], ["b"], [], 80);
    assert.equal(update, "\x1b[?2026h\x1b[1A\rb\x1b[K\n\x1b[J\x1b[?2026l");
  });
});
