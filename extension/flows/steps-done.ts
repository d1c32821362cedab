import { basename } from "node:path";
import type { RunSummary } from "../../runtime/events/run-summary.ts";
import type { StepId } from "../manifest/walkthrough.ts";

type Run = Pick<RunSummary, "file" | "state" | "attempt" | "parameters">;

/**
 * The steps of the walkthrough that are done, by what there is.
 * @param own paths of the flow files of the workspace.
 */
export function stepsDone(own: ReadonlySet<string>, runs: readonly Run[]): ReadonlySet<StepId> {
  const completed = runs.filter(({ state }) => state.type === "COMPLETED");
  const examples = completed.filter(({ file }) => basename(file) === "movie-ratings.flow.ts");
  const ofOwn = completed.filter(({ file }) => own.has(file) && basename(file) !== "movie-ratings.flow.ts");
  const isDone: { readonly [Step in StepId]: boolean } = {
    example: examples.length > 0,
    write: own.size > 0,
    run: ofOwn.length > 0,
    again: ofOwn.some(({ file }, i) => ofOwn.findIndex((other) => other.file === file) < i),
    resume: completed.some(({ attempt }) => attempt > 1),
    data: examples.some(({ parameters }) => (parameters.input ?? "sample") !== "sample"),
  };
  const done = new Set<StepId>();
  for (const step of Object.keys(isDone) as StepId[]) if (isDone[step]) done.add(step); // its keys
  return done;
}
