import * as vscode from "vscode";
import { registerCommands } from "./command-registry.ts";
import { FlowIndex } from "./flows/flow-index.ts";
import { FlowLenses } from "./flows/flow-lenses.ts";
import { showFlowProblems } from "./flows/flow-problems.ts";
import { FlowTree } from "./flows/flow-tree.ts";
import { offerMissingTypes } from "./flows/missing-types.ts";
import { followWalkthrough } from "./flows/walkthrough-steps.ts";
import { lazyHandlers } from "./lazy-handlers.ts";
import { RunIndex } from "./runs/run-index.ts";
import { RunTree } from "./runs/run-tree.ts";
import { showRunningStatus } from "./runs/running-status.ts";
import { tellFailures } from "./runs/tell-failures.ts";

/**
 * Shows what is there: flows, runs, what is wrong. Whatever runs or opens something is loaded when it is first
 * asked for.
 */
export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  const log = vscode.window.createOutputChannel("Millrace", { log: true });
  const flows = new FlowIndex(log);
  const runs = new RunIndex(log);
  const started = new Set<string>();
  const flowTree = new FlowTree(flows, runs);
  const runTree = new RunTree(runs);
  const lenses = new FlowLenses(flows, runs);
  const runsView = vscode.window.createTreeView("millrace.runs", {
    treeDataProvider: runTree,
    canSelectMany: true,
  });
  const { handlers, workbench, loaded } = lazyHandlers({
    context,
    log,
    flows,
    runs,
    runTree,
    runsView,
    started,
  });
  context.subscriptions.push(
    log,
    flows,
    runs,
    flowTree,
    runTree,
    lenses,
    runsView,
    showFlowProblems(flows),
    showRunningStatus(runs),
    followWalkthrough(flows, runs),
    tellFailures(runs, started, (path) => loaded()?.panels.isVisible(path) ?? false),
    vscode.window.createTreeView("millrace.flows", { treeDataProvider: flowTree, showCollapseAll: true }),
    vscode.languages.registerCodeLensProvider({ scheme: "file", pattern: "**/*.{ts,mts,js,mjs}" }, lenses),
    offerMissingTypes(),
    vscode.window.registerWebviewPanelSerializer("millrace.run", {
      deserializeWebviewPanel: async (panel, state) => (await workbench()).panels.restore(panel, state),
    }),
    registerCommands(handlers, (error) => void tell(error, log)),
  );
  log.info(`Activated in ${(performance.now() - began).toFixed(1)} ms.`);
}

async function tell(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const { showError } = await import("./running/show-error.ts");
  await showError(error, log);
}
