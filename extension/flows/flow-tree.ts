import { relative } from "node:path";
import * as vscode from "vscode";
import type { NamedDefinition } from "../../runtime/discovery/read-flow-file.ts";
import type { RunSummary } from "../../runtime/events/run-summary.ts";
import type { FlowTarget } from "../manifest/commands.ts";
import type { RunIndex } from "../runs/run-index.ts";
import { runTimes } from "../runs/run-times.ts";
import { stateIcon } from "../runs/state-icon.ts";
import { tooltipParagraphs, treeItem } from "../shown/tree-item.ts";
import { type FlowEntry, type FlowIndex, flowLabel } from "./flow-index.ts";
import { openSource } from "./open-source.ts";

/** An element of the Flows view; commands are called with it. */
export type FlowNode =
  | (FlowTarget & { readonly kind: "flow" })
  | (FlowTarget & { readonly kind: "task"; readonly definition: NamedDefinition; readonly task: string })
  | (FlowTarget & { readonly kind: "problem"; readonly problem: Problem });

type Problem = NonNullable<FlowEntry["read"]>["problems"][number];

/** Problems that a flow's tooltip tells. */
const shownProblems = 20;

/** Beyond that many it is quicker to draw all. */
const redrawnAlone = 20;

/** The Flows view: flows with their last state, their tasks below them. */
export class FlowTree implements vscode.TreeDataProvider<FlowNode>, vscode.Disposable {
  readonly #flows: FlowIndex;
  readonly #runs: RunIndex;
  readonly #changed = new vscode.EventEmitter<FlowNode | FlowNode[] | undefined>();
  /** The view's elements by path: only those that it knows can be drawn again by themselves. */
  #nodes = new Map<string, FlowNode & { kind: "flow" }>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(flows: FlowIndex, runs: RunIndex) {
    this.#flows = flows;
    this.#runs = runs;
    this.#subscriptions = vscode.Disposable.from(
      flows.onDidChange((paths) => this.#redraw(paths)),
      runs.onDidChange(({ flowFiles }) => this.#redraw(flowFiles)),
      this.#changed,
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  getChildren(node?: FlowNode): FlowNode[] {
    if (node === undefined) {
      const nodes = this.#flows.entries.map(({ path }) => ({ kind: "flow", flowFile: path }) as const);
      this.#nodes = new Map(nodes.map((flow) => [flow.flowFile, flow]));
      return nodes;
    }
    if (node.kind !== "flow") return [];
    const path = node.flowFile;
    const read = this.#flows.get(path)?.read;
    const problems = (read?.problems ?? []).map(
      (problem): FlowNode => ({ kind: "problem", flowFile: path, problem }),
    );
    const tasks = (read?.tasks ?? []).map(
      (definition): FlowNode => ({ kind: "task", flowFile: path, definition, task: definition.name }),
    );
    return [...problems, ...tasks];
  }

  getTreeItem(node: FlowNode): vscode.TreeItem {
    switch (node.kind) {
      case "flow":
        return this.#flowItem(node.flowFile);
      case "task":
        return taskItem(node.definition);
      case "problem":
        return problemItem(node.problem);
    }
  }

  #flowItem(path: string): vscode.TreeItem {
    const entry = this.#flows.get(path) ?? { path, folder: undefined, read: undefined };
    return flowItem(entry, this.#runs.latestOf(path));
  }

  /** Draws flows again; all of them where there are more or fewer, or many have changed. */
  #redraw(paths: readonly string[] | undefined): void {
    const all = paths === undefined || paths.length > redrawnAlone;
    const nodes = all ? [] : paths.flatMap((path) => this.#nodes.get(path) ?? []);
    if (all) this.#changed.fire(undefined);
    else if (nodes.length > 0) this.#changed.fire(nodes);
  }
}

function flowItem(entry: FlowEntry, last: RunSummary | undefined): vscode.TreeItem {
  const { read, path, folder } = entry;
  const label = flowLabel(entry);
  const children = (read?.tasks.length ?? 0) + (read?.problems.length ?? 0);
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const place = folder === undefined ? path : relative(folder.uri.fsPath, path);
  const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
  const where = several && folder !== undefined ? `${folder.name}/${place}` : place;
  const description = last === undefined ? where : `${last.state.name} · ${where}`;
  const item = treeItem(label, { description }, children > 0 ? Collapsed : None);
  item.id = path;
  item.resourceUri = vscode.Uri.file(path);
  const broken = (read?.problems.length ?? 0) > 0;
  item.contextValue = read?.flow === undefined ? "broken" : "flow";
  if (broken)
    item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("problemsErrorIcon.foreground"));
  else if (last === undefined) item.iconPath = new vscode.ThemeIcon("type-hierarchy-sub");
  else item.iconPath = stateIcon(last.state);
  item.tooltip = tooltipParagraphs(
    label,
    where,
    ...(read?.problems ?? []).slice(0, shownProblems).map(({ message }) => message),
    ...(last === undefined ? [] : [`Last run: ${last.state.name}, ${runTimes(last, Date.now())}`]),
  );
  item.command = openSource(read?.flow?.source ?? { file: path, line: 1, column: 1 });
  item.accessibilityInformation = {
    label: `${label}, ${broken ? "has problems" : last === undefined ? "not run yet" : `last run ${last.state.name}`}`,
  };
  return item;
}

function taskItem({ name, source }: NamedDefinition): vscode.TreeItem {
  const item = treeItem(name, { tooltip: `${source.file}:${source.line}` });
  item.iconPath = new vscode.ThemeIcon("symbol-method");
  item.contextValue = "task";
  item.command = openSource(source);
  return item;
}

function problemItem({ message, source }: Problem): vscode.TreeItem {
  const tooltip = `${message}\n${source.file}:${source.line}:${source.column}`;
  const item = treeItem(message, { description: `line ${source.line}`, tooltip });
  item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("problemsErrorIcon.foreground"));
  item.contextValue = "problem";
  item.command = openSource(source);
  return item;
}
