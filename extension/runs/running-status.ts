import * as vscode from "vscode";
import type { RunSummary } from "../../runtime/events/run-summary.ts";
import { labelText } from "../../runtime/shown-text/notification.ts";
import { commandLink } from "../command-registry.ts";
import { tooltipText } from "../shown/tree-item.ts";
import type { RunIndex } from "./run-index.ts";

/** The status bar's entry: what runs now, and how much of it is done. */
export function showRunningStatus(runs: RunIndex): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("millrace.running", vscode.StatusBarAlignment.Left, 50);
  item.name = "Millrace Runs";
  const show = () => {
    const { live } = runs;
    const [only] = live;
    if (only === undefined) return item.hide();
    item.text = statusText(live);
    const told = live.map((run) => `${run.flow} · ${run.name}: ${progressText(run)}`).join("\n");
    item.tooltip = tooltipText(told);
    item.command =
      live.length === 1
        ? commandLink("millrace.openRun", "Open Run", { runPath: only.path })
        : { command: "millrace.runs.focus", title: "Show Runs" };
    item.accessibilityInformation = { label: tooltipText(told) };
    item.show();
  };
  show();
  return vscode.Disposable.from(item, runs.onDidChange(show));
}

function statusText(live: readonly RunSummary[]): string {
  const [only] = live;
  if (live.length === 1 && only !== undefined)
    return `$(sync~spin) ${labelText(only.flow)} ${progressText(only)}`;
  const completed = live.reduce((sum, run) => sum + run.tasks.completed, 0);
  const total = live.reduce((sum, run) => sum + run.tasks.total, 0);
  return `$(sync~spin) ${live.length} flows ${completed}/${total}`;
}

function progressText({ tasks }: RunSummary): string {
  return `${tasks.completed}/${tasks.total}`;
}
