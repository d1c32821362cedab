import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { RunIndex } from "../../../extension/runs/run-index.ts";
import { RunTree } from "../../../extension/runs/run-tree.ts";
import { folder, treeText, until } from "./workspace-text.ts";

describe("The Runs view", () => {
  let runs: RunIndex;
  let tree: RunTree;
  /** Without the runs' made-up names and their times. */
  const text = async () =>
    (await treeText(tree)).map((line) =>
      line.replace(/ {2}[a-z]+-[a-z]+ · \d\d:\d\d(?:.[AP]M)? · [\d.]+ s/, ""),
    );

  before(async () => {
    runs = new RunIndex(vscode.window.createOutputChannel("Test of runs", { log: true }));
    tree = new RunTree(runs);
    await runs.refresh();
  });

  after(() => vscode.Disposable.from(tree, runs).dispose());

  it("has all runs by day, newest first", async () => {
    assert.deepEqual(await text(), [
      "Today  2",
      "  Failing [run.ended.resumable]",
      "  Three Steps [run.ended]",
    ]);
  });

  it("has those of a flow, or in a state, when it is filtered", async () => {
    const all = tree.filter;
    tree.filter = { flows: [], states: ["FAILED"] };
    assert.deepEqual(
      [await text(), tree.description],
      [["Today  1", "  Failing [run.ended.resumable]"], "failed"],
    );
    tree.filter = { flows: ["Three Steps"], states: [] };
    assert.deepEqual(await text(), ["Today  1", "  Three Steps [run.ended]"]);
    tree.filter = all;
  });

  it("says of a run that can't be read that it can't, until it is gone", async () => {
    const [newest] = runs.runs;
    assert.ok(newest !== undefined);
    const copy = join(folder(), ".millrace", "runs", "20000101-000000-damaged");
    cpSync(newest.path, copy, { recursive: true });
    writeFileSync(join(copy, "run.json"), readFileSync(join(copy, "run.json"), "utf8").slice(0, 40));
    const damaged = "20000101-000000-damaged  can't be read [run.ended.unreadable]";
    const withIt = await until(text, (lines) => lines.includes(damaged));
    rmSync(copy, { recursive: true });
    assert.equal(withIt.at(-1), damaged);
    assert.ok(!(await until(text, (lines) => !lines.includes(damaged))).includes(damaged));
  });
});
