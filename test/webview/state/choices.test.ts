import assert from "node:assert/strict";
import { choicesForRun, readChoices } from "../../../webview/state/choices.ts";
import { groupStatus, type Status } from "../../../webview/state/status.ts";

describe("what the user chose", () => {
  const fresh = readChoices(undefined);

  it("comes back as it was kept", () => {
    const kept = {
      ...fresh,
      run: "a",
      tab: "logs",
      selected: "Load-0",
      zoom: { x: 1, y: 2, k: 0.5 },
      opened: ["m"],
    };
    assert.deepEqual(readChoices(JSON.parse(JSON.stringify(kept))), kept);
  });

  it("falls back where what was kept makes no sense", () => {
    const odd = {
      tab: "nothing",
      zoom: { x: "1" },
      opened: "all",
      detailsSize: 900,
      logLevel: 3,
      direction: "up",
    };
    assert.deepEqual(readChoices(odd), { ...fresh, detailsSize: 75 });
    assert.deepEqual(readChoices("text"), fresh);
  });

  it("stays when a preview becomes its run, and starts anew with another run but for what is of all runs", () => {
    const chosen = { ...fresh, tab: "logs", selected: "Load-0", direction: "down" } as const;
    const running = choicesForRun(chosen, "run-1");
    assert.equal(running.selected, "Load-0");
    assert.deepEqual(choicesForRun(running, "run-2"), {
      ...fresh,
      run: "run-2",
      tab: "logs",
      direction: "down",
    });
  });
});

describe("a group's state", () => {
  it("is what matters most in it", () => {
    const of = (...states: Status[]) => groupStatus(new Map(states.map((state) => [state, 1])));
    assert.deepEqual(
      [
        of("Completed", "Failed", "Running"),
        of("Completed", "Running"),
        of("Completed", "Pending"),
        of("Pending"),
        of("Completed", "Cached"),
        of("Cached"),
        of("Planned"),
        of("Completed", "NotRun"),
      ],
      ["Failed", "Running", "Running", "Pending", "Completed", "Cached", "Planned", "Completed"],
    );
  });
});
