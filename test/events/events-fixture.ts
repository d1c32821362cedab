import fc from "fast-check";
import type { RunEvent, RunEventBody } from "../../runtime/events/run-event.ts";
import { makeState, stateNames } from "../../runtime/events/states.ts";

const text = fc.string({ unit: "binary", maxLength: 20 });
const taskRun = fc.constantFrom("Load-0", "Load-1", "Sub-0/Load-0");
const flowRun = fc.constantFrom(".", "Sub-0");
const map = fc.constantFrom("Load[]-0", "Sub-0/Load[]-0");
const resource = fc.constantFrom("db-0", "db-1");
const state = fc
  .tuple(fc.constantFrom(...stateNames), fc.option(text, { nil: undefined }))
  .map(([name, message]) => makeState(name, message));
const error = fc.record({ name: text, message: text });
const result = fc.record({
  stored: fc.constant("nothing" as const),
  sha256: text,
  bytes: fc.nat(),
  preview: text,
});

/** Any event, likely or not: readers and reducers must bear them all. */
const anyEventBody: fc.Arbitrary<RunEventBody> = fc.oneof(
  fc.record({
    type: fc.constant("run-started" as const),
    attempt: fc.integer({ min: 1, max: 4 }),
    flow: text,
    runName: text,
    threads: fc.nat(8),
    parameters: fc.constant({}),
  }),
  fc.record({
    type: fc.constant("flow-run-created" as const),
    flowRun: fc.constant("Sub-0"),
    name: text,
    flow: text,
    parent: fc.constant("."),
  }),
  fc.record(
    { type: fc.constant("flow-run-state" as const), flowRun, state, error, result },
    { requiredKeys: ["type", "flowRun", "state"] },
  ),
  fc.record(
    {
      type: fc.constant("task-run-created" as const),
      taskRun,
      name: text,
      task: text,
      flowRun,
      inputs: text,
      adopted: fc.boolean(),
    },
    { requiredKeys: ["type", "taskRun", "name", "task", "flowRun", "inputs"] },
  ),
  fc.record(
    {
      type: fc.constant("task-run-state" as const),
      taskRun,
      state,
      attempt: fc.nat(3),
      thread: fc.nat(3),
      due: fc.nat(),
      error,
      result,
    },
    { requiredKeys: ["type", "taskRun", "state"] },
  ),
  fc.record({ type: fc.constant("map-created" as const), map, name: text, task: text, flowRun }),
  fc.record(
    { type: fc.constant("map-state" as const), map, state, count: fc.nat(3), error },
    { requiredKeys: ["type", "map", "state"] },
  ),
  fc.record({ type: fc.constant("task-run-adopted" as const), taskRun }),
  fc.record({ type: fc.constant("resource-created" as const), resource, name: text, flowRun }),
  fc.record(
    {
      type: fc.constant("resource-state" as const),
      resource,
      state: fc.constantFrom("Open" as const, "TearingDown" as const, "Closed" as const, "Failed" as const),
      error,
    },
    { requiredKeys: ["type", "resource", "state"] },
  ),
  fc.record(
    {
      type: fc.constant("log" as const),
      level: fc.constantFrom("INFO" as const, "ERROR" as const),
      message: text,
      taskRun,
    },
    { requiredKeys: ["type", "level", "message"] },
  ),
  fc.record({
    type: fc.constant("artifact" as const),
    key: text,
    kind: fc.constant("markdown" as const),
    title: text,
    file: fc.constantFrom("artifacts/a.json", "artifacts/b.json"),
    flowRun,
  }),
  fc.record({ type: fc.constant("progress" as const), taskRun, done: fc.nat() }),
  fc.record({ type: fc.constant("cancel-requested" as const), reason: text }),
);

/** Events numbered as a writer numbers them. */
export const anyEvents: fc.Arbitrary<RunEvent[]> = fc
  .array(anyEventBody, { maxLength: 40 })
  .map((bodies) =>
    bodies.map((body, index) => ({ seq: index + 1, time: 1_700_000_000_000 + index * 7, ...body })),
  );
