import { dirname } from "node:path";
import * as vscode from "vscode";
import { commandLink } from "../command-registry.ts";

const missing = /Cannot find module '(millrace|zod)(\/[^']*)?'/;

/** Where TypeScript doesn't find the types of what flows import: a quick fix that sets the folder up for them. */
export function offerMissingTypes(): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    { scheme: "file", language: "typescript" },
    {
      provideCodeActions: ({ uri }, _range, { diagnostics }) => {
        const found = diagnostics.filter(({ message }) => missing.test(message));
        if (found.length === 0 || !vscode.workspace.isTrusted) return [];
        const action = new vscode.CodeAction("Set up the types of flows", vscode.CodeActionKind.QuickFix);
        const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(uri.fsPath);
        action.command = commandLink("millrace.setUpTypes", action.title, { folder });
        action.diagnostics = found;
        action.isPreferred = true;
        return [action];
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}
