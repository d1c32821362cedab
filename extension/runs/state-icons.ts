import type { State } from "../../runtime/events/states.ts";

/** A state's product icon and colour, those that VS Code's own Testing view has for the like. */
export function iconOf(state: State): { readonly icon: string; readonly color: string } {
  switch (state.name) {
    case "Completed":
      return { icon: "pass-filled", color: "testing.iconPassed" };
    case "Cached":
      return { icon: "history", color: "testing.iconPassed" };
    case "Failed":
      return { icon: "error", color: "testing.iconFailed" };
    case "TimedOut":
      return { icon: "watch", color: "testing.iconFailed" };
    case "Crashed":
      return { icon: "zap", color: "testing.iconErrored" };
    case "Running":
    case "Retrying":
      return { icon: "sync~spin", color: "charts.blue" };
    case "Cancelling":
      return { icon: "loading~spin", color: "testing.iconSkipped" };
    case "Cancelled":
      return { icon: "circle-slash", color: "testing.iconSkipped" };
    case "AwaitingRetry":
    case "Pending":
    case "Scheduled":
      return { icon: "clock", color: "testing.iconQueued" };
    case "NotReady":
      return { icon: "circle-outline", color: "testing.iconUnset" };
  }
}
