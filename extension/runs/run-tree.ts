import * as vscode from "vscode";
import type { RunSummary, UnreadableRun } from "../../runtime/events/run-summary.ts";
import { formatState } from "../../runtime/events/states.ts";
import { commandLink } from "../command-registry.ts";
import type { RunTarget } from "../manifest/commands.ts";
import { treeItem } from "../shown/tree-item.ts";
import { everyRun, filterRuns, filterText, isFiltering, type RunFilter } from "./run-filter.ts";
import type { RunIndex } from "./run-index.ts";
import { dayOf, runTimes } from "./run-times.ts";
import { stateIcon } from "./state-icon.ts";

/** An element of the Runs view; commands are called with it. */
export type RunNode =
  | { readonly kind: "day"; readonly day: string; readonly runs: readonly RunSummary[] }
  | { readonly kind: "older"; readonly count: number }
  | (RunTarget & { readonly kind: "run"; readonly run: RunSummary })
  | (RunTarget & { readonly kind: "unreadable"; readonly unreadable: UnreadableRun });

/** The Runs view: all runs by day, newest first. */
export class RunTree implements vscode.TreeDataProvider<RunNode>, vscode.Disposable {
  readonly #runs: RunIndex;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: vscode.Disposable;
  #filter: RunFilter = everyRun;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(runs: RunIndex) {
    this.#runs = runs;
    this.#subscription = runs.onDidChange(() => this.#changed.fire());
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  get filter(): RunFilter {
    return this.#filter;
  }

  set filter(filter: RunFilter) {
    this.#filter = filter;
    void vscode.commands.executeCommand("setContext", "millrace.runsFiltered", isFiltering(filter));
    this.#changed.fire();
  }

  get description(): string | undefined {
    return isFiltering(this.#filter) ? filterText(this.#filter) : undefined;
  }

  getChildren(node?: RunNode): RunNode[] {
    if (node === undefined) {
      const days = new Map<string, RunSummary[]>();
      const now = Date.now();
      for (const run of filterRuns(this.#runs.runs, this.#filter)) {
        const day = dayOf(run.started, now);
        const runs = days.get(day);
        if (runs === undefined) days.set(day, [run]);
        else runs.push(run);
      }
      const unreadable = isFiltering(this.#filter) ? [] : this.#runs.unreadable;
      return [
        ...[...days].map(([day, runs]): RunNode => ({ kind: "day", day, runs })),
        ...unreadable.map((run): RunNode => ({ kind: "unreadable", runPath: run.path, unreadable: run })),
        ...(this.#runs.older > 0 ? [{ kind: "older", count: this.#runs.older } as const] : []),
      ];
    }
    if (node.kind !== "day") return [];
    return node.runs.map((run) => ({ kind: "run", runPath: run.path, run }));
  }

  getTreeItem(node: RunNode): vscode.TreeItem {
    switch (node.kind) {
      case "day": {
        const recent = node.day === "Today" || node.day === "Yesterday";
        const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
        const description = String(node.runs.length);
        const item = treeItem(node.day, { description }, recent ? Expanded : Collapsed);
        item.id = `day ${node.day}`;
        return item;
      }
      case "older":
        return olderItem(node.count);
      case "run":
        return runItem(node.run, this.#runs.isAlive(node.run.path));
      case "unreadable":
        return unreadableItem(node.unreadable);
    }
  }
}

function olderItem(count: number): vscode.TreeItem {
  const item = treeItem("Show Older Runs", { description: String(count) });
  item.id = "older runs";
  item.iconPath = new vscode.ThemeIcon("history");
  item.command = commandLink("millrace.showOlderRuns", "Show Older Runs");
  return item;
}

function runItem(run: RunSummary, alive: boolean): vscode.TreeItem {
  const times = runTimes(run, Date.now());
  const item = treeItem(run.flow, { description: `${run.name} · ${times}`, tooltip: runTooltip(run) });
  item.id = run.path;
  item.iconPath = stateIcon(run.state);
  const resumable = run.state.type !== "COMPLETED";
  item.contextValue = alive ? "run.alive" : resumable ? "run.ended.resumable" : "run.ended";
  item.command = commandLink("millrace.openRun", "Open Run", { runPath: run.path });
  item.accessibilityInformation = { label: `${run.flow}, ${run.state.name}, ${run.name}, ${times}` };
  return item;
}

function runTooltip(run: RunSummary): string {
  const where = run.container ? `container ${run.host}` : run.host;
  const parameters = Object.entries(run.parameters).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  );
  return [
    `${run.flow} · ${run.name}`,
    formatState(run.state),
    `${new Date(run.started).toLocaleString()} on ${where}, ${run.session}`,
    ...(run.attempt > 1 ? [`attempt ${run.attempt}`] : []),
    ...parameters,
    ...(run.damages ?? []),
  ].join("\n");
}

function unreadableItem({ id, error }: UnreadableRun): vscode.TreeItem {
  const item = treeItem(id, { description: "can't be read", tooltip: error });
  item.contextValue = "run.ended.unreadable";
  item.iconPath = new vscode.ThemeIcon("warning", new vscode.ThemeColor("problemsWarningIcon.foreground"));
  return item;
}
