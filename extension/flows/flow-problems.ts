import * as vscode from "vscode";
import { visibleText } from "../../runtime/shown-text/visible-controls.ts";
import type { FlowIndex } from "./flow-index.ts";
import { problemsByFile } from "./problems-by-file.ts";

/** Keeps the Problems view saying what is wrong with flow files and the modules that they import. */
export function showFlowProblems(index: FlowIndex): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection("millrace");
  const show = () => {
    collection.clear();
    const files = index.entries.flatMap(({ read }) => (read === undefined ? [] : [read]));
    for (const [path, problems] of problemsByFile(files)) {
      collection.set(
        vscode.Uri.file(path),
        problems.map(({ message, line, column }) => {
          const at = new vscode.Position(line - 1, column - 1);
          const diagnostic = new vscode.Diagnostic(
            new vscode.Range(at, at.translate(0, 1)),
            visibleText(message),
          );
          diagnostic.source = "Millrace";
          return diagnostic;
        }),
      );
    }
  };
  show();
  return vscode.Disposable.from(collection, index.onDidChange(show));
}
