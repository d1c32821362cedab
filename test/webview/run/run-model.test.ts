import assert from "node:assert/strict";
import fc from "fast-check";
import { LogLines } from "../../../runtime/events/log-lines.ts";
import { emptyRunView, foldEvents } from "../../../runtime/events/run-view.ts";
import { viewFromJson, viewToJson } from "../../../runtime/events/run-view-json.ts";
import { RunModel } from "../../../webview/run/run-model.ts";
import { movieRun, troubledRun } from "../host/example-runs.ts";
import { snapshotOf } from "../host/panel-host.ts";

describe("the page's run", () => {
  for (const [name, run] of [
    ["movie", movieRun()],
    ["troubled", troubledRun()],
  ] as const) {
    it(`is the same from a snapshot and the events after it as from all events: ${name}`, () => {
      const whole = viewToJson(foldEvents(emptyRunView(), run.events));
      const lines = new LogLines().lines(run.events);
      fc.assert(
        fc.property(fc.nat(run.events.length), fc.nat(30), (upTo, overlap) => {
          const model = new RunModel(() => {});
          // As it comes in a message: JSON.
          model.load(JSON.parse(JSON.stringify(snapshotOf(run, { upTo }))));
          model.apply(run.events.slice(Math.max(0, upTo - overlap)));
          assert.deepEqual(
            JSON.parse(JSON.stringify(viewToJson(model.view))),
            JSON.parse(JSON.stringify(whole)),
          );
          const shown = Array.from({ length: model.logs.end }, (_, i) => model.logs.get(i));
          assert.deepEqual(JSON.parse(JSON.stringify(shown)), JSON.parse(JSON.stringify(lines)));
        }),
        { numRuns: 40 },
      );
    });
  }

  it("tells which runs changed since it was last asked, and nothing after that", () => {
    const run = troubledRun();
    const model = new RunModel(() => {});
    model.load(snapshotOf(run, { upTo: 6 }));
    assert.equal(model.takeChanges().everything, true);
    model.apply(run.events.slice(6, 8));
    const changes = model.takeChanges();
    assert.deepEqual([...changes.ids], ["List files-0"]);
    assert.equal(changes.everything, false);
    assert.deepEqual([...model.takeChanges().ids], []);
  });

  it("reads a view that isn't there as an empty one", () => {
    assert.deepEqual(viewFromJson(undefined), emptyRunView());
  });
});
