import assert from "node:assert/strict";
import { emptyRunView, foldEvents } from "../../../runtime/events/run-view.ts";
import {
  rowsByTask,
  rowsByThread,
  type TimelineRow,
  timeSpan,
} from "../../../webview/timeline/timeline-bars.ts";
import { RunScript } from "../host/run-script.ts";

describe("the timeline", () => {
  const script = new RunScript(1000)
    .start("F", "n")
    .task("A-0")
    .task("B-0", { upstream: ["A-0"] });
  script.after(10).run("A-0", 1).after(20).fail("A-0", "no", "AwaitingRetry").after(30).run("A-0", 2, 2);
  script.after(5).complete("A-0").run("B-0", 1).after(7);
  const view = foldEvents(emptyRunView(), script.events);

  it("has waiting and running apart, each try by itself, what runs open to now", () => {
    assert.equal(
      picture(rowsByTask(view)),
      `A-0: waiting 0-10, running 10-30 on 1, waiting 30-60, running 60-65 on 2
B-0: waiting 0-65, running 65- on 1`,
    );
  });

  it("shows by thread what ran on it", () => {
    assert.equal(
      picture(rowsByThread(view)),
      "Thread 1: running 10-30 on 1, running 65- on 1\nThread 2: running 60-65 on 2",
    );
  });

  it("spans from the first moment to the last, which is now while something runs", () => {
    assert.deepEqual(timeSpan(rowsByTask(view), 1200), [1000, 1200]);
    assert.deepEqual(timeSpan([], 7), [7, 8]);
  });
});

function picture(rows: readonly TimelineRow[]): string {
  return rows
    .map(({ label, bars }) => {
      const parts = bars.map(({ kind, from, to, thread }) => {
        const end = to === undefined ? "" : to - 1000;
        return `${kind} ${from - 1000}-${end}${thread === undefined ? "" : ` on ${thread}`}`;
      });
      return `${label}: ${parts.join(", ")}`;
    })
    .join("\n");
}
