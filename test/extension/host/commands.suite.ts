import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { commands } from "../../../extension/manifest/commands.ts";
import { folder, until } from "./workspace-text.ts";

interface StoredRun {
  readonly flow: string;
  readonly state?: { readonly name: string };
  readonly attempt: number;
}

/** The runs in the folder, newest first. */
function storedRuns(): StoredRun[] {
  const runs = join(folder(), ".millrace", "runs");
  return readdirSync(runs)
    .sort()
    .reverse()
    .map((id) => JSON.parse(readFileSync(join(runs, id, "run.json"), "utf8")) as StoredRun); // written by the runtime
}

/** The titles of the panels that are open. */
function panels(): string[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input, label }) =>
      input instanceof vscode.TabInputWebview && input.viewType.endsWith("millrace.run") ? [label] : [],
    );
}

describe("The commands", () => {
  it("are all there", async () => {
    const there = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(commands).filter((id) => !there.has(id)),
      [],
    );
  });

  it("put what a flow's author may not have meant into Problems, until the file is saved", async () => {
    const file = join(folder(), "aged.flow.ts");
    const text = `import { flow, task } from "millrace";
const age = task({ name: "Age", cache: true }, () => Date.now());
export default flow({ name: "Aged" }, () => {
  age();
});
`;
    const warnings = () =>
      vscode.languages
        .getDiagnostics(vscode.Uri.file(file))
        .filter(
          ({ source, severity }) => source === "Millrace" && severity === vscode.DiagnosticSeverity.Warning,
        )
        .map(({ message, range }) => `${range.start.line + 1}: ${message.split(":")[0]}`);
    try {
      writeFileSync(file, text);
      await vscode.commands.executeCommand("millrace.showGraph", { flowFile: file });
      assert.deepEqual(await until(warnings, (found) => found.length > 0), [
        "2: The task 'Age' is cached, and its code uses Date.now",
      ]);
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "// looked at\n"));
      await editor.document.save();
      assert.deepEqual(await until(warnings, (found) => found.length === 0), []);
    } finally {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      rmSync(file, { force: true });
    }
  });

  it("run a flow, resume the run, and show it in one panel", async () => {
    const before = storedRuns().length;
    await vscode.commands.executeCommand("millrace.runFlow", {
      flowFile: join(folder(), "failing.flow.ts"),
    });
    const [failed] = await until(storedRuns, (runs) => runs.length > before && runs[0]?.state !== undefined);
    assert.deepEqual([failed?.flow, failed?.state?.name, failed?.attempt], ["Failing", "Failed", 1]);
    const [newest = ""] = readdirSync(join(folder(), ".millrace", "runs"))
      .sort()
      .reverse();
    await vscode.commands.executeCommand("millrace.resumeRun", {
      runPath: join(folder(), ".millrace", "runs", newest),
    });
    const [resumed] = await until(storedRuns, ([run]) => run?.attempt === 2 && run.state !== undefined);
    assert.deepEqual([resumed?.state?.name, storedRuns().length], ["Failed", before + 1]);
    const shown = await until(panels, (labels) => labels.length > 0);
    assert.deepEqual(
      shown.map((label) => label.replace(/ · .*/, "")),
      ["Failing"],
    );
  });

  it("show a flow's graph without running it", async () => {
    const before = storedRuns().length;
    const showGraph = async () => {
      if (panels().length > 1) await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
      await vscode.commands.executeCommand("millrace.showGraph", {
        flowFile: join(folder(), "steps.flow.ts"),
      });
      return until(panels, (labels) => labels.includes("Three Steps"));
    };
    // A run's panel is free for something else once it has heard of the run's end, which only the panel knows.
    assert.deepEqual(await until(showGraph, ({ length }) => length === 1), ["Three Steps"]);
    assert.equal(storedRuns().length, before);
  });
});
