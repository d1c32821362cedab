import assert from "node:assert/strict";
import fc from "fast-check";
import type { LogLine } from "../../../runtime/events/log-lines.ts";
import type { LogLevel } from "../../../runtime/events/run-event.ts";
import { LogBuffer } from "../../../webview/logs/log-buffer.ts";
import { type LogFilter, matchesFilter } from "../../../webview/logs/log-filter.ts";
import { LogIndex } from "../../../webview/logs/log-index.ts";
import { findSources } from "../../../webview/logs/source-links.ts";

const all: LogFilter = { level: "DEBUG", runs: undefined, text: "" };

describe("the log", () => {
  it("shows through a filter the lines that are still kept, each line of a message a row", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(logLine(), { maxLength: 8 }), { maxLength: 12 }),
        filter(),
        (batches, by) => {
          const buffer = new LogBuffer(10);
          const index = new LogIndex(buffer, by);
          const lines: LogLine[] = [];
          for (const batch of batches) {
            for (const line of batch) {
              buffer.push(line);
              lines.push(line);
            }
            index.catchUp();
            const expected = lines
              .slice(-10)
              .filter((line) => matchesFilter(line, by))
              .flatMap((line) => line.message.split("\n").map((_, part) => `${line.seq}.${part}`));
            const rows = Array.from({ length: index.size }, (_, i) => {
              const row = index.row(i);
              return `${buffer.get(row?.line ?? -1)?.seq}.${row?.part}`;
            });
            assert.deepEqual(rows, expected);
          }
        },
      ),
    );
  });

  it("tells how many rows went from the front, so that what is read stays in place", () => {
    const buffer = new LogBuffer(2);
    const index = new LogIndex(buffer, all);
    buffer.push(line("one\ntwo"));
    buffer.push(line("three"));
    assert.equal(index.catchUp(), 0);
    buffer.push(line("four"));
    assert.equal(index.catchUp(), 2);
    assert.equal(index.size, 2);
  });

  it("filters by least level, by run, and by text in message or logger", () => {
    const warning = line("Disk is FULL", "WARNING", "Save-0");
    const matching: Partial<LogFilter>[] = [
      { level: "WARNING" },
      { text: "full" },
      { text: "SAVE" },
      { runs: new Set(["Save-0"]) },
    ];
    for (const part of matching) assert.ok(matchesFilter(warning, { ...all, ...part }));
    for (const part of [{ level: "ERROR" }, { text: "empty" }, { runs: new Set(["Load-0"]) }] as const) {
      assert.ok(!matchesFilter(warning, { ...all, ...part }));
    }
  });

  it("finds places in source files, on every system", () => {
    assert.deepEqual(findSources("at run (/a/x.ts:3:7) done"), [
      { text: "at run (" },
      { text: "/a/x.ts:3:7", source: { file: "/a/x.ts", line: 3, column: 7 } },
      { text: ") done" },
    ]);
    assert.deepEqual(findSources("C:\\w\\x.ts:30:1"), [
      { text: "C:\\w\\x.ts:30:1", source: { file: "C:\\w\\x.ts", line: 30, column: 1 } },
    ]);
    assert.deepEqual(findSources("at 12:30:45, ratio 3:4:5"), [{ text: "at 12:30:45, ratio 3:4:5" }]);
  });
});

let seq = 0;

function line(message: string, level: LogLevel = "INFO", taskRun = "Load-0"): LogLine {
  return { seq: ++seq, time: 0, level, logger: `Task run '${taskRun}'`, message, taskRun };
}

function logLine(): fc.Arbitrary<LogLine> {
  return fc
    .tuple(
      fc.constantFrom("a", "b\nc", "Error\n at x\n at y"),
      fc.constantFrom("DEBUG", "INFO", "ERROR"),
      fc.constantFrom("Load-0", "Save-0"),
    )
    .map(([message, level, run]) => line(message, level as LogLevel, run)); // one of the constants
}

function filter(): fc.Arbitrary<LogFilter> {
  return fc.constantFrom<LogFilter>(
    all,
    { ...all, level: "ERROR" },
    { ...all, text: "err" },
    { ...all, runs: new Set(["Save-0"]) },
  );
}
