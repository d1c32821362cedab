import { makeState, type State } from "./states.ts";

/** Of a task run that ran when its run's process was gone. */
export function crashedWithRun(): State {
  return makeState("Crashed", "The run's process ended before the task did.");
}
