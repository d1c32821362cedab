import * as vscode from "vscode";
import { doneKey, type StepId } from "../manifest/walkthrough.ts";
import type { RunIndex } from "../runs/run-index.ts";
import type { FlowIndex } from "./flow-index.ts";
import { stepsDone } from "./steps-done.ts";

/** Tells the walkthrough which of its steps are done. */
export function followWalkthrough(flows: FlowIndex, runs: RunIndex): vscode.Disposable {
  const told = new Set<StepId>();
  const tell = () => {
    const own = flows.entries.flatMap(({ path, folder }) => (folder === undefined ? [] : [path]));
    for (const step of stepsDone(new Set(own), runs.runs)) {
      if (told.has(step)) continue;
      told.add(step);
      void vscode.commands.executeCommand("setContext", doneKey(step), true);
    }
  };
  tell();
  return vscode.Disposable.from(flows.onDidChange(tell), runs.onDidChange(tell));
}
