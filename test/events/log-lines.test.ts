import assert from "node:assert/strict";
import fc from "fast-check";
import { formatLogLine, LogLines } from "../../runtime/events/log-lines.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { makeState } from "../../runtime/events/states.ts";
import { anyEvents } from "./events-fixture.ts";

describe("log lines", () => {
  it("tell a run's events in the words that users of Prefect know", () => {
    const time = new Date(2026, 0, 31, 12, 0, 0, 7).getTime();
    const events = [
      { type: "run-started", attempt: 1, flow: "Medium", runName: "wise-otter", threads: 2, parameters: {} },
      { type: "flow-run-state", flowRun: ".", state: makeState("Running") },
      {
        type: "task-run-created",
        taskRun: "Similarity join-0",
        name: "Similarity join-0",
        task: "Similarity join",
        flowRun: ".",
        inputs: "",
      },
      { type: "flow-run-created", flowRun: "Clean-0", name: "Clean-0", flow: "Clean", parent: "." },
      {
        type: "task-run-created",
        taskRun: "Clean-0/a%2Fb-0",
        name: "a/b-0",
        task: "a/b",
        flowRun: "Clean-0",
        inputs: "",
        adopted: true,
      },
      { type: "task-run-state", taskRun: "Similarity join-0", state: makeState("Running"), attempt: 1 },
      {
        type: "task-run-state",
        taskRun: "Similarity join-0",
        state: makeState("AwaitingRetry", "no luck"),
        due: time + 2500,
        retry: { number: 2, of: 2 },
        error: { name: "RangeError", message: "no luck" },
      },
      {
        type: "task-run-state",
        taskRun: "Similarity join-0",
        state: makeState("AwaitingRetry", "no luck"),
        due: time,
      },
      { type: "log", level: "WARNING", message: "hm", taskRun: "Clean-0/a%2Fb-0" },
      { type: "log", level: "DEBUG", message: "engine" },
      { type: "log", level: "CRITICAL", message: "sub", flowRun: "Clean-0" },
      {
        type: "task-run-state",
        taskRun: "Similarity join-0",
        state: makeState("Failed", "boom"),
        error: { name: "Error", message: "boom", stack: "Error: boom\n    at f (/a.ts:1:2)" },
      },
      {
        type: "resource-state",
        resource: "db-0",
        state: "Failed",
        error: { name: "Error", message: "refused" },
      },
      ...[0, 1].flatMap((number) => {
        const map = `Clean-0/Check[]-${number}`;
        return [
          { type: "map-created", map, name: `Check[]-${number}`, task: "Check", flowRun: "Clean-0" },
          { type: "map-state", map, state: makeState("Running"), count: number + 1 },
          {
            type: "map-state",
            map,
            state: number === 0 ? makeState("Completed") : makeState("Failed", "1/2 states failed."),
          },
        ];
      }),
      { type: "cancel-requested", reason: "Cancelled by Ctrl-C." },
      { type: "flow-run-state", flowRun: ".", state: makeState("Completed", "All states completed.") },
      { type: "run-started", attempt: 2, flow: "Medium", runName: "wise-otter", threads: 2, parameters: {} },
    ].map((body, index) => ({ seq: index + 1, time, ...body })) as RunEvent[]; // literals of the events' types
    assert.equal(
      new LogLines().lines(events).map(formatLogLine).join("\n"),
      [
        "12:00:00.007 | INFO    | millrace.engine - Created flow run 'wise-otter' for flow 'Medium'",
        "12:00:00.007 | INFO    | Flow run 'wise-otter' - Created task run 'Similarity join-0' for task 'Similarity join'",
        "12:00:00.007 | INFO    | Flow run 'wise-otter' - Created subflow run 'Clean-0' for flow 'Clean'",
        "12:00:00.007 | INFO    | Flow run 'Clean-0' - Took the result of task run 'a/b-0' from an earlier attempt",
        "12:00:00.007 | INFO    | Task run 'Similarity join-0' - Task run failed with exception: RangeError('no luck') - Retry 2/2 will start 2.5 second(s) from now",
        "12:00:00.007 | WARNING | Task run 'Similarity join-0' - no luck It will start immediately",
        "12:00:00.007 | WARNING | Task run 'a/b-0' - hm",
        "12:00:00.007 | DEBUG   | millrace.engine - engine",
        "12:00:00.007 | CRITICAL | Flow run 'Clean-0' - sub",
        "12:00:00.007 | ERROR   | Task run 'Similarity join-0' - Task run failed with exception: Error('boom') - Retries are exhausted",
        "12:00:00.007 | ERROR   | Task run 'Similarity join-0' - Finished in state Failed('boom')\nError: boom\n    at f (/a.ts:1:2)",
        "12:00:00.007 | ERROR   | millrace.engine - Resource 'db-0' failed: refused",
        "12:00:00.007 | INFO    | Flow run 'Clean-0' - Map 'Check[]-0' has 1 task run",
        "12:00:00.007 | INFO    | Flow run 'Clean-0' - Map 'Check[]-1' has 2 task runs",
        "12:00:00.007 | ERROR   | Flow run 'Clean-0' - Map 'Check[]-1' finished in state Failed('1/2 states failed.')",
        "12:00:00.007 | WARNING | Flow run 'wise-otter' - Cancelling: Cancelled by Ctrl-C.",
        "12:00:00.007 | INFO    | Flow run 'wise-otter' - Finished in state Completed('All states completed.')",
        "12:00:00.007 | INFO    | millrace.engine - Resuming flow run 'wise-otter' for flow 'Medium', attempt 2",
      ].join("\n"),
    );
  });

  it("are the same in any batches", () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(40), (events, cut) => {
        const batches = new LogLines();
        const lines = [...batches.lines(events.slice(0, cut)), ...batches.lines(events.slice(cut))];
        assert.deepEqual(lines, new LogLines().lines(events));
      }),
    );
  });
});
