import { join } from "node:path";
import * as vscode from "vscode";
import type { PageAction } from "../../webview/contract.ts";
import { openSource } from "../flows/open-source.ts";
import type { RunPanel } from "../panel/run-panel.ts";
import type { FlowRunner } from "./flow-runner.ts";

/** Does what the panel's page asks for. */
export async function performAction(action: PageAction, panel: RunPanel, runner: FlowRunner): Promise<void> {
  const { runPath, flowFile } = panel;
  switch (action.kind) {
    case "open-source": {
      const { command, arguments: args = [] } = openSource(action.source);
      await vscode.commands.executeCommand(command, ...args);
      return;
    }
    case "cancel":
      if (runPath !== undefined) await runner.cancel(runPath);
      return;
    case "resume":
      if (runPath !== undefined) await runner.resume(runPath, { from: action.from });
      return;
    case "run-again":
      if (runPath !== undefined) await runner.runAgain(runPath);
      else if (flowFile !== undefined) await runner.run({ file: flowFile });
      return;
    case "debug":
      if (action.from !== undefined && runPath !== undefined)
        await runner.resume(runPath, { from: action.from, debug: true });
      else if (flowFile !== undefined)
        await runner.run({ file: flowFile, debug: true, parameters: panel.parameters });
      return;
    case "save":
      await save(action.suggestedName, Buffer.from(action.base64, "base64"));
      return;
    case "copy":
      await vscode.env.clipboard.writeText(action.text);
      return;
    default:
      action satisfies never;
  }
}

async function save(suggestedName: string, content: Uint8Array): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const defaultUri = vscode.Uri.file(folder === undefined ? suggestedName : join(folder, suggestedName));
  const uri = await vscode.window.showSaveDialog({ defaultUri });
  if (uri !== undefined) await vscode.workspace.fs.writeFile(uri, content);
}
