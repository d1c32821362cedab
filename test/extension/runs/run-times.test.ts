import assert from "node:assert/strict";
import { everyRun, filterRuns, filterText, isFiltering } from "../../../extension/runs/run-filter.ts";
import { ago, dayOf, duration, lensText, runTimes } from "../../../extension/runs/run-times.ts";
import { iconOf } from "../../../extension/runs/state-icons.ts";
import { makeState, stateNames } from "../../../runtime/events/states.ts";

const at = (text: string) => new Date(text).getTime();
const noon = at("2026-11-13T12:00:00");

describe("A run's times", () => {
  it("are durations that a glance takes in", () => {
    assert.deepEqual([0, 840, 9_949, 12_300, 59_700, 185_000, 7_860_000].map(duration), [
      "0.0 s",
      "0.8 s",
      "9.9 s",
      "12 s",
      "1 m 00 s",
      "3 m 05 s",
      "2 h 11 m",
    ]);
  });

  it("say how far a run is that goes on, and how long one took that has ended", () => {
    const run = {
      name: "wise-otter",
      started: noon,
      ended: undefined,
      state: makeState("Running"),
      tasks: { completed: 3, total: 9 },
    };
    assert.equal(runTimes(run, noon + 4_000, "en-GB"), "12:00 · 3/9 tasks · 4.0 s");
    assert.equal(lensText(run, noon), "Running 3/9");
    const unsure = { ...run, unsure: true as const };
    assert.equal(runTimes(unsure, noon + 4_000, "en-GB"), "12:00 · 3/9 tasks · 4.0 s · may be gone");
    const ended = { ...run, ended: noon + 12_000, state: makeState("Completed") };
    assert.equal(runTimes(ended, noon + 90_000, "en-GB"), "12:00 · 12 s");
    assert.equal(lensText(ended, noon + 400_000), "Completed 6 min ago");
    assert.equal(runTimes({ ...run, state: makeState("Crashed") }, noon, "en-GB"), "12:00");
  });

  it("are grouped by day, at midnight of the reader's own clock", () => {
    const day = (time: string) => dayOf(at(time), noon, "en-GB");
    assert.deepEqual(["2026-11-13T00:00:00", "2026-11-12T23:59:59", "2026-11-12T00:00:00"].map(day), [
      "Today",
      "Yesterday",
      "Yesterday",
    ]);
    assert.match(day("2026-11-11T23:59:59"), /^Wednesday,? 11 November 2026$/);
  });

  it("are told from now", () => {
    const back = [30_000, 5 * 60_000, 3 * 3_600_000, 26 * 3_600_000, 50 * 3_600_000];
    assert.deepEqual(
      back.map((time) => ago(noon - time, noon)),
      ["just now", "5 min ago", "3 h ago", "1 day ago", "2 days ago"],
    );
  });
});

describe("The filter of runs", () => {
  const runs = [
    { flow: "A", state: makeState("Completed") },
    { flow: "A", state: makeState("TimedOut") },
    { flow: "B", state: makeState("Failed") },
  ];

  it("takes all unless something is ticked, and within flows and states either", () => {
    const names = (filter: Parameters<typeof filterRuns>[1]) =>
      filterRuns(runs, filter).map(({ flow, state }) => `${flow} ${state.name}`);
    assert.deepEqual(names(everyRun), ["A Completed", "A TimedOut", "B Failed"]);
    assert.deepEqual(names({ flows: [], states: ["FAILED"] }), ["A TimedOut", "B Failed"]);
    assert.deepEqual(names({ flows: ["A"], states: ["FAILED"] }), ["A TimedOut"]);
    assert.equal(filterText({ flows: ["A"], states: ["FAILED", "CRASHED"] }), "failed, crashed · A");
    assert.deepEqual([isFiltering(everyRun), isFiltering({ flows: ["A"], states: [] })], [false, true]);
  });
});

describe("A state's icon", () => {
  it("differs from that of every state which means something else", () => {
    const icons = stateNames.map((name) => iconOf(makeState(name)).icon);
    const shared = icons.filter((icon, i) => icons.indexOf(icon) !== i);
    assert.deepEqual([...new Set(shared)].sort(), ["clock", "sync~spin"]);
  });
});
