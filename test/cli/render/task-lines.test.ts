import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { taskLines } from "../../../runtime/cli/render/task-lines.ts";
import type { RunEventBody } from "../../../runtime/events/run-event.ts";
import { emptyRunView, foldEvents, type RunView } from "../../../runtime/events/run-view.ts";
import { makeState, type StateName } from "../../../runtime/events/states.ts";
import { text } from "../cli.ts";

/** A view of a run in which each event came 100 ms after the one before. */
function viewOf(...bodies: RunEventBody[]): RunView {
  const start: RunEventBody = {
    type: "run-started",
    attempt: 1,
    flow: "F",
    runName: "wise-otter",
    threads: 2,
    parameters: {},
  };
  const events = [start, ...bodies].map((body, i) => ({ seq: i + 1, time: i * 100, ...body }));
  return foldEvents(emptyRunView(), events);
}

const created = (taskRun: string): RunEventBody => ({
  type: "task-run-created",
  taskRun,
  name: taskRun,
  task: taskRun,
  flowRun: ".",
  inputs: "",
});
const state = (taskRun: string, name: StateName): RunEventBody => ({
  type: "task-run-state",
  taskRun,
  state: makeState(name),
});

function show(view: RunView, size: { columns: number; rows: number; now: number }): string {
  const lines = taskLines(view, size);
  for (const line of lines) assert.ok(stringWidth(line) < size.columns, `too wide: ${line}`);
  return stripVTControlCharacters(lines.join("\n"));
}

const busy = viewOf(
  created("Load"),
  created("映画のタイトルを読む"),
  created("Sub%2FClean/Trim"),
  created("Save"),
  state("Load", "Running"),
  state("Load", "Completed"),
  state("映画のタイトルを読む", "Running"),
  { type: "progress", taskRun: "映画のタイトルを読む", done: 3, total: 8, message: "北野武\nand others" },
  state("Sub%2FClean/Trim", "Running"),
  state("Sub%2FClean/Trim", "Failed"),
  state("Save", "NotReady"),
);

describe("a run's task runs on a terminal", () => {
  it("are a line each: state, time of the try, progress", () => {
    assert.equal(
      show(busy, { columns: 80, rows: 10, now: 13_500 }),
      text`
        ✔ Load                  Completed     0.10 s
        ⠇ 映画のタイトルを読む  Running       12.8 s  37 % 北野武 and others
        ✘ Sub/Clean/Trim        Failed        0.10 s
        ⊘ Save                  NotReady`,
    );
  });

  it("are cut to a narrow terminal, wide characters counted as such", () => {
    assert.equal(
      show(busy, { columns: 34, rows: 10, now: 13_500 }),
      text`
        ✔ Load              Completed   …
        ⠇ 映画のタイトル…   Running     …
        ✘ Sub/Clean/Trim    Failed      …
        ⊘ Save              NotReady`,
    );
    for (let columns = 4; columns < 80; columns++) show(busy, { columns, rows: 10, now: 1000 });
  });

  it("are those that tell most, and a count, where there are more than rows", () => {
    assert.equal(
      show(busy, { columns: 80, rows: 3, now: 800 }),
      text`
        ⠋ 映画のタイトルを読む  Running       0.10 s  37 % 北野武 and others
        ✘ Sub/Clean/Trim        Failed        0.10 s
          4 task runs: 1 Completed, 1 Running, 1 Failed, 1 NotReady`,
    );
  });

  it("stay readable when there are ten thousand", () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `T-${i}`);
    const view = viewOf(
      ...names.map(created),
      ...names.slice(0, 9_000).flatMap((name) => [state(name, "Running"), state(name, "Completed")]),
    );
    const lines = show(view, { columns: 80, rows: 24, now: 0 }).split("\n");
    assert.equal(lines.length, 24);
    assert.equal(lines.at(-1), "  10000 task runs: 9000 Completed, 1000 Pending");
  });
});
