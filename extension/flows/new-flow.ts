import { access, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { firstFlow } from "../../runtime/authoring/first-flow.ts";
import { askForText } from "../shown/questions.ts";
import type { FlowIndex } from "./flow-index.ts";
import { nameProblem, titleOf, withFlowName } from "./flow-names.ts";

/**
 * Writes a new flow and opens it. The first in a folder gets, by `millrace init`, what an editor needs to know
 * the types.
 */
export async function newFlow(flows: FlowIndex, init: (folder: string) => Promise<void>): Promise<void> {
  const folder = await pickFolder();
  if (folder === undefined) return;
  const base = folder.uri.fsPath;
  const name = await askForText({
    title: "New Flow",
    prompt: "The file's name, without .flow.ts",
    value: "hello",
    problem: async (typed) => {
      const problem = nameProblem(typed);
      if (problem !== undefined) return problem;
      return (await exists(join(base, `${typed}.flow.ts`))) ? "There is such a file already." : undefined;
    },
  });
  if (name === undefined) return;
  await flows.settled();
  const file = join(base, `${name}.flow.ts`);
  const isFirst = !flows.entries.some((entry) => entry.folder?.uri.fsPath === base);
  if (isFirst && vscode.workspace.isTrusted) {
    await init(base);
    const written = join(base, "hello.flow.ts");
    if (written !== file) await rename(written, file);
  } else {
    await writeFile(file, firstFlow, { flag: "wx" });
  }
  if (name !== "hello") await writeFile(file, withFlowName(await readFile(file, "utf8"), titleOf(name)));
  await vscode.window.showTextDocument(vscode.Uri.file(file));
}

/** The workspace's folder, or the one of several that the user picks. */
export async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length <= 1) return folders[0];
  return vscode.window.showWorkspaceFolderPick({ placeHolder: "Which folder?" });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
