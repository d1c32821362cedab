import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { FlowIndex } from "../../../extension/flows/flow-index.ts";
import { FlowTree } from "../../../extension/flows/flow-tree.ts";
import { RunIndex } from "../../../extension/runs/run-index.ts";
import { folder, treeText, until } from "./workspace-text.ts";

const newFlow = (name: string) =>
  `import { flow, task } from "millrace";\nconst one = task("One", () => 1);\nexport default flow({ name: "${name}" }, () => { one(); });\n`;

describe("The Flows view", () => {
  let flows: FlowIndex;
  let runs: RunIndex;
  let tree: FlowTree;
  const text = () => treeText(tree);
  const has = (part: string) => (lines: string[]) => lines.join("\n").includes(part);
  const lacks = (part: string) => (lines: string[]) => !lines.join("\n").includes(part);

  before(async () => {
    const log = vscode.window.createOutputChannel("Test of flows", { log: true });
    flows = new FlowIndex(log);
    runs = new RunIndex(log);
    tree = new FlowTree(flows, runs);
    await flows.settled();
    await runs.refresh();
  });

  after(() => vscode.Disposable.from(tree, flows, runs).dispose());

  it("has the flows with their last states, their tasks below them, and what is wrong with a file", async () => {
    assert.deepEqual(await text(), [
      "broken.flow.ts  broken.flow.ts [broken]",
      "  Unexpected token  line 4 [problem]",
      "Failing  Failed · failing.flow.ts [flow]",
      "  Prepare [task]",
      "  Check [task]",
      "Three Steps  Completed · steps.flow.ts [flow]",
      "  Make numbers [task]",
      "  Weigh [task]",
      "  Sum [task]",
    ]);
  });

  it("follows files that come, change their names, and go", async () => {
    const path = join(folder(), "new.flow.ts");
    writeFileSync(path, newFlow("New"));
    assert.ok((await until(text, has("New  new.flow.ts [flow]"))).includes("New  new.flow.ts [flow]"));
    const other = join(folder(), "other.flow.mts");
    renameSync(path, other);
    const renamed = await until(text, has("New  other.flow.mts"));
    assert.ok(renamed.includes("New  other.flow.mts [flow]") && lacks("new.flow.ts")(renamed));
    rmSync(other);
    assert.ok(lacks("other.flow")(await until(text, lacks("other.flow"))));
  });

  it("has what is typed before it is saved", async () => {
    // Or a slow machine saves it before it is looked at.
    const files = vscode.workspace.getConfiguration("files");
    await files.update("autoSave", "off", vscode.ConfigurationTarget.Workspace);
    const path = vscode.Uri.file(join(folder(), "steps.flow.ts"));
    const document = await vscode.workspace.openTextDocument(path);
    const editor = await vscode.window.showTextDocument(document);
    const at = document.positionAt(document.getText().indexOf("Three Steps"));
    await editor.edit((edit) => edit.insert(at, "Just "));
    const typed = await until(text, has("Just Three Steps"));
    assert.ok(typed.includes("Just Three Steps  Completed · steps.flow.ts [flow]"));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    const reverted = await until(text, lacks("Just"));
    await files.update("autoSave", undefined, vscode.ConfigurationTarget.Workspace);
    assert.ok(reverted.includes("Three Steps  Completed · steps.flow.ts [flow]"));
  });

  it("leaves out what files.exclude and search.exclude leave out", async () => {
    for (const section of ["files", "search"]) {
      const settings = vscode.workspace.getConfiguration(section);
      await settings.update("exclude", { "**/failing.flow.ts": true }, vscode.ConfigurationTarget.Workspace);
      assert.ok(lacks("Failing")(await until(text, lacks("Failing"))), section);
      await settings.update("exclude", undefined, vscode.ConfigurationTarget.Workspace);
      assert.ok(has("Failing")(await until(text, has("Failing"))), section);
    }
  });
});
