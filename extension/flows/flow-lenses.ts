import * as vscode from "vscode";
import { labelText } from "../../runtime/shown-text/notification.ts";
import { commandLink } from "../command-registry.ts";
import type { RunIndex } from "../runs/run-index.ts";
import { lensText } from "../runs/run-times.ts";
import type { FlowIndex } from "./flow-index.ts";

/** Above a flow: Run, Debug, Graph and its last state. Above a task that has run: its latest output. */
export class FlowLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #flows: FlowIndex;
  readonly #runs: RunIndex;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(flows: FlowIndex, runs: RunIndex) {
    this.#flows = flows;
    this.#runs = runs;
    const changed = () => this.#changed.fire();
    this.#subscriptions = vscode.Disposable.from(
      flows.onDidChange(changed),
      runs.onDidChange(changed),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("millrace.codeLens")) changed();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(changed),
      this.#changed,
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    if (!vscode.workspace.getConfiguration("millrace", uri).get("codeLens", true)) return [];
    return [...this.#ofFlow(uri.fsPath), ...this.#ofTasks(uri.fsPath)];
  }

  #ofFlow(path: string): vscode.CodeLens[] {
    const flow = this.#flows.get(path)?.read?.flow;
    if (flow === undefined || flow.source.file !== path) return [];
    const range = lineRange(flow.source.line);
    const target = { flowFile: path };
    const links = vscode.workspace.isTrusted
      ? [
          commandLink("millrace.runFlow", "$(play) Run", target),
          commandLink("millrace.debugFlow", "$(debug-alt) Debug", target),
          commandLink("millrace.showGraph", "$(type-hierarchy) Graph", target),
        ]
      : [];
    const last = this.#runs.latestOf(path);
    if (last !== undefined) {
      links.push(
        commandLink("millrace.openRun", labelText(lensText(last, Date.now())), { runPath: last.path }),
      );
    }
    return links.map((link) => new vscode.CodeLens(range, link));
  }

  #ofTasks(path: string): vscode.CodeLens[] {
    return this.#flows.entries.flatMap(({ path: flowFile, read }) => {
      if (read === undefined || this.#runs.latestOf(flowFile) === undefined) return [];
      return read.tasks
        .filter(({ source }) => source.file === path)
        .map(
          ({ name, source }) =>
            new vscode.CodeLens(
              lineRange(source.line),
              commandLink("millrace.openResult", "$(output) Latest output", { flowFile, task: name }),
            ),
        );
    });
  }
}

function lineRange(line: number): vscode.Range {
  return new vscode.Range(line - 1, 0, line - 1, 0);
}
