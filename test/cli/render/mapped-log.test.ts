import assert from "node:assert/strict";
import fc from "fast-check";
import { MappedLog } from "../../../runtime/cli/render/mapped-log.ts";
import { LogLines } from "../../../runtime/events/log-lines.ts";
import type { RunEvent, RunEventBody } from "../../../runtime/events/run-event.ts";
import { makeState, type StateName } from "../../../runtime/events/states.ts";

const made = (index: number, more: object = {}) => ({
  type: "task-run-created",
  taskRun: `Double-${index}`,
  name: `Double-${index}`,
  task: "Double",
  flowRun: ".",
  inputs: "",
  mapped: { group: "Double[]-0", index },
  ...more,
});
const state = (index: number, name: StateName, message?: string) => ({
  type: "task-run-state",
  taskRun: `Double-${index}`,
  state: makeState(name, message),
});
const retried = (index: number) => ({
  ...state(index, "AwaitingRetry", "no"),
  retry: { number: 1, of: 1 },
  error: { name: "Error", message: "no" },
});
const log = (index: number, message: string) => ({
  type: "log",
  level: "INFO",
  message,
  taskRun: `Double-${index}`,
});
const begin = {
  type: "run-started",
  attempt: 1,
  flow: "F",
  runName: "wise-otter",
  threads: 1,
  parameters: {},
};
const end = { type: "flow-run-state", flowRun: ".", state: makeState("Completed", "All.") };

function told(...bodies: readonly object[]): string[] {
  const mapped = new MappedLog();
  const lines = [...mapped.lines(eventsOf(bodies)), ...mapped.rest()];
  return lines.map(({ level, logger, message }) => `${level} ${logger}: ${message}`);
}

function eventsOf(bodies: readonly object[]): RunEvent[] {
  return bodies.map((body, index) => ({ seq: index + 1, time: index, ...(body as RunEventBody) })); // events' literals
}

describe("the log with the runs of a map in one line", () => {
  it("tells how many were made, what they say and fail with, and how they ended", () => {
    assert.deepEqual(
      told(
        begin,
        ...[0, 1, 2, 3].map((i) => made(i)),
        ...[0, 1, 2, 3].map((i) => state(i, "Running")),
        log(1, "half"),
        state(1, "Completed"),
        state(0, "Failed", "no"),
        state(3, "Completed"),
        state(2, "Completed"),
        end,
      ),
      [
        "INFO millrace.engine: Created flow run 'wise-otter' for flow 'F'",
        "INFO Flow run 'wise-otter': Created 4 task runs, 'Double-0' to 'Double-3', for task 'Double'",
        "INFO Task run 'Double-1': half",
        "ERROR Task run 'Double-0': Finished in state Failed('no')",
        "INFO Flow run 'wise-otter': 4 task runs for task 'Double' have ended: 3 Completed, 1 Failed",
        "INFO Flow run 'wise-otter': Finished in state Completed('All.')",
      ],
    );
  });

  it("tells of what was taken from an earlier attempt, of one run as it is, and of what never ended", () => {
    assert.deepEqual(
      told(
        begin,
        made(0, { adopted: true }),
        made(1, { adopted: true }),
        made(2),
        state(2, "Completed"),
        end,
      ).slice(1),
      [
        "INFO Flow run 'wise-otter': Took the results of 2 task runs, 'Double-0' to 'Double-1', for task 'Double' from an earlier attempt",
        "INFO Flow run 'wise-otter': Created task run 'Double-2' for task 'Double'",
        "INFO Flow run 'wise-otter': 3 task runs for task 'Double' have ended: 2 taken, 1 Completed",
        "INFO Flow run 'wise-otter': Finished in state Completed('All.')",
      ],
    );
    assert.deepEqual(told(made(0), state(0, "Completed")), [
      "INFO Flow run '.': Created task run 'Double-0' for task 'Double'",
      "INFO Task run 'Double-0': Finished in state Completed()",
    ]);
    assert.deepEqual(
      told(made(0), made(1), state(0, "Completed"), end).at(1),
      "INFO Flow run '.': 1 of 2 task runs for task 'Double' have ended: 1 Completed",
    );
    assert.deepEqual(told(made(0), made(1)), [
      "INFO Flow run '.': Created 2 task runs, 'Double-0' to 'Double-1', for task 'Double'",
    ]);
  });

  it("has all that is told of a task run whose retries are exhausted, of a map or not", () => {
    const lines = [
      "INFO Task run 'Double-0': Task run failed with exception: Error('no') - Retry 1/1 will start immediately",
      "ERROR Task run 'Double-0': Task run failed with exception: Failed('no') - Retries are exhausted",
      "ERROR Task run 'Double-0': Finished in state Failed('no')",
    ];
    const failed = [retried(0), state(0, "Failed", "no")];
    const { mapped: _, ...alone } = made(0);
    assert.deepEqual(told(alone, ...failed).slice(1), lines);
    assert.deepEqual(told(made(0), made(1), ...failed).slice(1), lines);
  });

  it("is the log as it is where nothing is mapped", () => {
    const any = fc.array(
      fc.nat(3).chain((i) => {
        const { mapped: _, ...alone } = made(i);
        const ends = [state(i, "Completed"), state(i, "Failed", "no"), retried(i)];
        return fc.constantFrom<object>(alone, ...ends, log(i, "x"), begin, end);
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(any, (bodies) => {
        const events = eventsOf(bodies);
        const mapped = new MappedLog();
        assert.deepEqual([...mapped.lines(events), ...mapped.rest()], new LogLines().lines(events));
      }),
    );
  });

  it("is the same in any batches", () => {
    const any = fc.array(
      fc
        .nat(5)
        .chain((i) => fc.constantFrom(made(i), state(i, "Completed"), state(i, "Failed"), log(i, "x"), end)),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(any, fc.nat(30), (bodies, cut) => {
        const events = eventsOf(bodies);
        const parts = new MappedLog();
        const whole = new MappedLog();
        assert.deepEqual(
          [...parts.lines(events.slice(0, cut)), ...parts.lines(events.slice(cut)), ...parts.rest()],
          [...whole.lines(events), ...whole.rest()],
        );
      }),
    );
  });
});
