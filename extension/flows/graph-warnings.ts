import * as vscode from "vscode";
import type { FlowGraph, FlowWarning } from "../../runtime/events/flow-graph.ts";
import { visibleText } from "../../runtime/shown-text/visible-controls.ts";

/** Keeps the Problems view saying what the authors of flows that were looked at may not have meant. */
export class GraphWarnings implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("millrace warnings");
  /** By the flow's file; of each flow those that it had when it was last looked at. */
  readonly #warnings = new Map<string, readonly FlowWarning[]>();
  readonly #subscription: vscode.Disposable;

  constructor() {
    // What was changed has to be looked at again before anything is said of it.
    this.#subscription = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (this.#warnings.delete(uri.fsPath)) this.#tell();
    });
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#collection.dispose();
  }

  show(flowFile: string, { warnings = [] }: FlowGraph): void {
    this.#warnings.set(flowFile, warnings);
    this.#tell();
  }

  #tell(): void {
    this.#collection.clear();
    for (const [file, warnings] of warningsByFile(this.#warnings))
      this.#collection.set(vscode.Uri.file(file), warnings.map(diagnosticOf));
  }
}

/** A task's module may be imported by several flows: what they say of it is told once. */
function warningsByFile(
  byFlow: ReadonlyMap<string, readonly FlowWarning[]>,
): Map<string, readonly FlowWarning[]> {
  const files = new Map<string, Map<string, FlowWarning>>();
  for (const [flowFile, warnings] of byFlow) {
    for (const warning of warnings) {
      const { file, line, column } = warning.source ?? { file: flowFile, line: 1, column: 1 };
      const known = files.get(file) ?? new Map<string, FlowWarning>();
      files.set(file, known.set(`${line}:${column} ${warning.message}`, warning));
    }
  }
  return new Map([...files].map(([file, warnings]) => [file, [...warnings.values()]]));
}

function diagnosticOf({ message, source }: FlowWarning): vscode.Diagnostic {
  const at = new vscode.Position((source?.line ?? 1) - 1, (source?.column ?? 1) - 1);
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(at, at.translate(0, 1)),
    visibleText(message),
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = "Millrace";
  return diagnostic;
}
