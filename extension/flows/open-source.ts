import * as vscode from "vscode";
import type { SourceLocation } from "../../runtime/errors/error-report.ts";

/** Opens a file at a place. */
export function openSource({ file, line, column }: SourceLocation): vscode.Command {
  const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const options: vscode.TextDocumentShowOptions = { selection: new vscode.Range(at, at) };
  return { command: "vscode.open", title: "Open", arguments: [vscode.Uri.file(file), options] };
}
