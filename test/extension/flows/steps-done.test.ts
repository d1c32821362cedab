import assert from "node:assert/strict";
import { stepsDone } from "../../../extension/flows/steps-done.ts";
import { makeState } from "../../../runtime/events/states.ts";

const own = "/work/hello.flow.ts";
const example = "/extension/runtime/flows/movie-ratings.flow.ts";

function run(file: string, state: "Completed" | "Failed" | "Running" = "Completed", more: object = {}) {
  return { file, state: makeState(state), attempt: 1, parameters: {}, ...more };
}

describe("The walkthrough's steps", () => {
  const done = (flows: readonly string[], ...runs: ReturnType<typeof run>[]) =>
    [...stepsDone(new Set(flows), runs)].join(" ");

  it("are done by what there is, however it came about", () => {
    assert.deepEqual(
      {
        nothing: done([]),
        theExample: done([], run(example)),
        theExampleThatFailed: done([], run(example, "Failed")),
        aFlow: done([own]),
        aRunOfIt: done([own], run(own)),
        aRunThatRuns: done([own], run(own, "Running")),
        aSecondRun: done([own], run(own), run(own)),
        runsOfTwoFlows: done([own, "/work/b.flow.ts"], run(own), run("/work/b.flow.ts")),
        aResumedRun: done([own], run(own, "Completed", { attempt: 2 })),
        otherData: done([], run(example, "Completed", { parameters: { input: "movielens-small" } })),
        theSample: done([], run(example, "Completed", { parameters: { input: "sample" } })),
      },
      {
        nothing: "",
        theExample: "example",
        theExampleThatFailed: "",
        aFlow: "write",
        aRunOfIt: "write run",
        aRunThatRuns: "write",
        aSecondRun: "write run again",
        runsOfTwoFlows: "write run",
        aResumedRun: "write run resume",
        otherData: "example data",
        theSample: "example",
      },
    );
  });
});
