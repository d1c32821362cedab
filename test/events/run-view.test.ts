import assert from "node:assert/strict";
import fc from "fast-check";
import type { RunEvent, RunEventBody } from "../../runtime/events/run-event.ts";
import { currentTaskRuns, emptyRunView, foldEvents } from "../../runtime/events/run-view.ts";
import { viewFromJson, viewToJson } from "../../runtime/events/run-view-json.ts";
import { formatState, makeState } from "../../runtime/events/states.ts";
import { anyEvents } from "./events-fixture.ts";

/** Events numbered from 1, a second apart. */
function numbered(...bodies: RunEventBody[]): RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, time: (index + 1) * 1000, ...body }));
}

const started = (attempt: number): RunEventBody => ({
  type: "run-started",
  attempt,
  flow: "F",
  runName: "wise-otter",
  threads: 2,
  parameters: {},
});
const created = (taskRun: string, more: { adopted?: boolean } = {}): RunEventBody => ({
  type: "task-run-created",
  taskRun,
  name: taskRun,
  task: "Load",
  flowRun: ".",
  inputs: "i",
  ...more,
});
const state = (
  taskRun: string,
  name: Parameters<typeof makeState>[0],
  more: { attempt?: number; thread?: number } = {},
): RunEventBody => ({
  type: "task-run-state",
  taskRun,
  state: makeState(name),
  ...more,
});

describe("folding events", () => {
  it("gives the same view in any batches, also where some come twice", () => {
    fc.assert(
      fc.property(anyEvents, fc.array(fc.nat(40)), (events, cuts) => {
        const whole = foldEvents(emptyRunView(), events);
        const view = emptyRunView();
        let from = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), events.length]) {
          foldEvents(view, events.slice(Math.max(0, from - 3), cut)); // three that it has seen already
          from = cut;
        }
        assert.deepStrictEqual(view, whole);
        assert.equal(whole.seq, events.length);
        assert.equal(whole.logLines, events.filter(({ type }) => type === "log").length);
      }),
    );
  });

  it("goes on from a view that came in a message", () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(40), (given, cut) => {
        const events = structuredClone(given); // plain objects, as a message's are
        const whole = foldEvents(emptyRunView(), events);
        const sent = structuredClone(viewToJson(foldEvents(emptyRunView(), events.slice(0, cut))));
        assert.deepStrictEqual(foldEvents(viewFromJson(sent), events), whole);
      }),
    );
    assert.deepStrictEqual(viewFromJson(undefined), emptyRunView());
  });

  it("keeps each try of a task run, and shows what a resume took over and what it ran again", () => {
    const view = foldEvents(
      emptyRunView(),
      numbered(
        started(1),
        created("Load-0"),
        created("Load-1"),
        created("Old-0"),
        state("Load-0", "Running", { attempt: 1, thread: 1 }),
        state("Load-0", "Completed"),
        state("Load-1", "Running", { attempt: 1, thread: 2 }),
        state("Load-1", "AwaitingRetry"),
        state("Load-1", "Retrying", { attempt: 2, thread: 2 }),
        started(2),
        created("Load-0", { adopted: true }),
        created("Load-1"),
        state("Load-1", "Running", { attempt: 1, thread: 1 }),
        state("Load-1", "Completed"),
      ),
    );
    const lines = currentTaskRuns(view).map((run) => {
      const tries = run.attempts.map(
        (each) =>
          `${each.attempt} on ${each.thread}: ${formatState(each.state)} ${each.started}-${each.ended}`,
      );
      return [`${run.id} ${formatState(run.state)}${run.adopted ? " adopted" : ""}`, ...tries].join("\n  ");
    });
    assert.equal(
      lines.join("\n"),
      [
        "Load-0 Completed() adopted",
        "  1 on 1: Completed() 5000-6000",
        "Load-1 Completed()",
        "  1 on 2: AwaitingRetry(type=SCHEDULED) 7000-8000",
        `  2 on 2: Crashed("The run's process ended before the task did.") 9000-10000`,
        "  1 on 1: Completed() 13000-14000",
      ].join("\n"),
    );
    assert.equal(view.taskRuns.get("Old-0")?.runAttempt, 1);
  });

  it("shows the resources that the latest attempt has opened, and no earlier one's", () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const latest = events.slice(events.findLastIndex(({ type }) => type === "run-started") + 1);
        const opened = latest.flatMap((event) => (event.type === "resource-created" ? [event.resource] : []));
        assert.deepEqual([...foldEvents(emptyRunView(), events).resources.keys()], [...new Set(opened)]);
      }),
      { numRuns: 300 },
    );
  });

  it("shows how far a task run's present try is, and not how far an earlier one was", () => {
    const steps = fc.array(
      fc.constantFrom("progress" as const, "Running" as const, "AwaitingRetry" as const),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(steps, (names) => {
        const bodies = names.map(
          (name, done): RunEventBody =>
            name === "progress" ? { type: "progress", taskRun: "Load-0", done } : state("Load-0", name),
        );
        const view = foldEvents(emptyRunView(), numbered(started(1), created("Load-0"), ...bodies));
        const last = names.lastIndexOf("progress");
        const isPresent = last > names.lastIndexOf("Running");
        assert.equal(view.taskRuns.get("Load-0")?.progress?.done, isPresent ? last : undefined);
      }),
    );
  });

  it("tells by seq what ended when, whatever the clock said", () => {
    const events = numbered(
      started(1),
      created("Load-0"),
      created("Load-1"),
      state("Load-1", "Running", { attempt: 1 }),
      state("Load-1", "Completed"),
      state("Load-0", "Running", { attempt: 1 }),
      state("Load-0", "Completed"),
      { type: "flow-run-state", flowRun: ".", state: makeState("Completed") },
      started(2),
      created("Load-0", { adopted: true }),
      created("Load-1"),
    ).map((event) => ({ ...event, time: 100_000 - event.time }));
    const view = foldEvents(emptyRunView(), events.slice(0, 8));
    const ends = () =>
      [...view.flowRuns.values(), ...view.taskRuns.values()].map((run) => `${run.id} ${run.endedSeq}`);
    assert.deepEqual(ends(), [". 8", "Load-0 7", "Load-1 5"]);
    foldEvents(view, events);
    assert.deepEqual(ends(), [". undefined", "Load-0 7", "Load-1 undefined"]);
  });

  it("passes over events of a newer version", () => {
    const events = [
      ...numbered(started(1)),
      { seq: 2, time: 2000, type: "from-the-future" } as unknown as RunEvent,
    ]; // none of today's types
    assert.equal(foldEvents(emptyRunView(), events).seq, 2);
  });
});
