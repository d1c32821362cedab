import type * as vscode from "vscode";
import type { FlowIndex } from "./flows/flow-index.ts";
import type { RunIndex } from "./runs/run-index.ts";
import type { RunNode, RunTree } from "./runs/run-tree.ts";

/** What is there from the start. */
export interface Basics {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly flows: FlowIndex;
  readonly runs: RunIndex;
  readonly runTree: RunTree;
  readonly runsView: vscode.TreeView<RunNode>;
  /** Folders of the runs that were started in this window and have not ended. */
  readonly started: Set<string>;
}
