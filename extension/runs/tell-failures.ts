import * as vscode from "vscode";
import { formatState, hasEnded } from "../../runtime/events/states.ts";
import { tellError } from "../shown/notifications.ts";
import type { RunIndex } from "./run-index.ts";

/**
 * Tells by a notification that a run of this window has failed, but only when its panel isn't there to show it.
 * @param started folders of the runs of this window; those that have ended are taken out.
 */
export function tellFailures(
  runs: RunIndex,
  started: Set<string>,
  isShown: (runPath: string) => boolean,
): vscode.Disposable {
  return runs.onDidChange(() => {
    for (const path of started) {
      const run = runs.get(path);
      if (run === undefined || runs.isAlive(path) || !hasEnded(run.state)) continue;
      started.delete(path);
      if (run.state.type === "COMPLETED" || run.state.type === "CANCELLED" || isShown(path)) continue;
      void tellError(`${run.flow}: ${formatState(run.state)}`, "Open Run").then((picked) => {
        if (picked !== undefined) void vscode.commands.executeCommand("millrace.openRun", { runPath: path });
      });
    }
  });
}
