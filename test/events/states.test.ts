import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decideFlowState,
  formatState,
  hasEnded,
  makeState,
  stateNames,
} from "../../runtime/events/states.ts";

describe("states", () => {
  it("are written as Prefect writes them, with the type where the name doesn't say it", () => {
    assert.equal(
      stateNames
        .map(
          (name) => `${formatState(makeState(name))} ${hasEnded(makeState(name)) ? "ends a run" : "goes on"}`,
        )
        .join("\n"),
      [
        "Scheduled() goes on",
        "AwaitingRetry(type=SCHEDULED) goes on",
        "Pending() goes on",
        "NotReady(type=PENDING) ends a run",
        "Running() goes on",
        "Retrying(type=RUNNING) goes on",
        "Completed() ends a run",
        "Cached(type=COMPLETED) ends a run",
        "Failed() ends a run",
        "TimedOut(type=FAILED) ends a run",
        "Crashed() ends a run",
        "Cancelling() goes on",
        "Cancelled() ends a run",
      ].join("\n"),
    );
  });

  it("quote their message as Python does", () => {
    const quoted = (message: string) => formatState(makeState("Failed", message));
    assert.equal(quoted("plain"), "Failed('plain')");
    assert.equal(quoted("it's"), `Failed("it's")`);
    assert.equal(quoted(`say "it's"`), `Failed('say "it\\'s"')`);
    assert.equal(quoted("a\\b\nc\rd\te"), "Failed('a\\\\b\\nc\\rd\\te')");
    assert.equal(quoted(""), "Failed('')");
    assert.equal(formatState(makeState("TimedOut", "late")), "TimedOut('late', type=FAILED)");
  });

  it("of the task runs decide the flow run's: cancelled before failed, completed only when all are", () => {
    const decide = (...names: (typeof stateNames)[number][]) =>
      formatState(decideFlowState(names.map((name) => makeState(name))));
    assert.equal(decide(), "Completed('All states completed.')");
    assert.equal(decide("Completed", "Cached"), "Completed('All states completed.')");
    assert.equal(decide("Completed", "Failed", "NotReady"), "Failed('1/3 states failed.')");
    assert.equal(decide("TimedOut", "Crashed", "Cached"), "Failed('2/3 states failed.')");
    assert.equal(decide("Failed", "Cancelled"), "Cancelled('1/2 states cancelled.')");
    assert.equal(decide("Completed", "NotReady"), "Failed('1/2 states are not final.')");
    const handled = [makeState("Failed"), makeState("TimedOut"), makeState("NotReady")];
    assert.equal(
      formatState(decideFlowState([makeState("Completed")], handled)),
      "Completed('1/4 states completed, 2 failures handled, 1 not ready below.')",
    );
    assert.equal(
      formatState(decideFlowState([makeState("Crashed")], handled)),
      "Failed('1/4 states failed.')",
    );
  });

  it("decide the same in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...stateNames)), (names) => {
        const states = names.map((name) => makeState(name));
        assert.deepEqual(decideFlowState(states), decideFlowState(states.toReversed()));
        assert.equal(
          decideFlowState(states).type === "COMPLETED",
          states.every((state) => state.type === "COMPLETED"),
        );
      }),
    );
  });
});
