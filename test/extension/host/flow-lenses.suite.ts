import assert from "node:assert/strict";
import { join } from "node:path";
import * as vscode from "vscode";
import { folder, until } from "./workspace-text.ts";

/** The links over a file's lines, as the installed extension gives them: `<line>: <title> | <title>`. */
async function lenses(name: string): Promise<string[]> {
  const uri = vscode.Uri.file(join(folder(), name));
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    uri,
    100,
  );
  const byLine = new Map<number, string[]>();
  for (const { range, command } of found) {
    // TypeScript's own lenses are none of ours.
    if (command === undefined || !command.command.startsWith("millrace.")) continue;
    const title = command.title.replace(/^\$\([^)]*\) /, "").replace(/ (just now|\d+ min ago)$/, "");
    byLine.set(range.start.line + 1, [...(byLine.get(range.start.line + 1) ?? []), title]);
  }
  return [...byLine].sort(([a], [b]) => a - b).map(([line, titles]) => `${line}: ${titles.join(" | ")}`);
}

describe("The lenses", () => {
  it("run, debug and draw a flow, and lead to the latest output of it and its tasks", async () => {
    await vscode.window.showTextDocument(vscode.Uri.file(join(folder(), "steps.flow.ts")));
    const found = await until(
      () => lenses("steps.flow.ts"),
      (lines) => lines.length === 4,
    );
    assert.deepEqual(found, [
      "5: Latest output",
      "10: Latest output",
      "15: Latest output",
      "17: Run | Debug | Graph | Completed",
    ]);
  });

  it("are gone when the setting says so", async () => {
    const settings = vscode.workspace.getConfiguration("millrace");
    await settings.update("codeLens", false, vscode.ConfigurationTarget.Workspace);
    const none = await until(
      () => lenses("steps.flow.ts"),
      (lines) => lines.length === 0,
    );
    await settings.update("codeLens", undefined, vscode.ConfigurationTarget.Workspace);
    assert.deepEqual(none, []);
  });
});
