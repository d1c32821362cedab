import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { type FlowIndex, flowLabel } from "../flows/flow-index.ts";
import type { FileTarget, FlowTarget } from "../manifest/commands.ts";
import { type PickItem, pickOne } from "../shown/questions.ts";
import { UserMessage } from "../shown/user-message.ts";
import { untilSeen } from "../until-seen.ts";

interface FlowItem extends PickItem {
  readonly path?: string;
}

/** The flows that come with Millrace. */
export function shippedFlows(extensionPath: string): { readonly path: string; readonly label: string }[] {
  const folder = join(extensionPath, "runtime", "flows");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".flow.ts"))
    .map((name) => ({ path: join(folder, name), label: basename(name, ".flow.ts") }));
}

/**
 * The file of the flow that a command means: what it was called on, the only one there is, or the one that the
 * user picks, the active editor's first.
 * @returns undefined when the question is dismissed.
 */
export async function pickFlow(
  target: FlowTarget | FileTarget | undefined,
  flows: FlowIndex,
  extensionPath: string,
): Promise<string | undefined> {
  if (target !== undefined && "flowFile" in target) return target.flowFile;
  if (target !== undefined && "fsPath" in target) return target.fsPath;
  await flows.settled();
  const active = vscode.window.activeTextEditor?.document.uri.fsPath;
  const usable = flows.entries.filter(({ read }) => read?.flow !== undefined);
  const own: FlowItem[] = usable
    .map((entry) => ({
      label: flowLabel(entry),
      description: vscode.workspace.asRelativePath(entry.path),
      path: entry.path,
    }))
    .sort((a, b) => Number(b.path === active) - Number(a.path === active));
  const names = new Set(usable.map(({ path }) => basename(path)));
  const shipped: FlowItem[] = shippedFlows(extensionPath)
    .filter(({ path }) => !names.has(basename(path)))
    .map(({ path, label }) => ({ label, description: "comes with Millrace", path }));
  if (own.length === 1 && shipped.length === 0) return own[0]?.path;
  if (own.length === 0 && shipped.length === 0)
    throw new UserMessage("There is no flow in this workspace.", [
      { kind: "command", title: "New Flow", command: "millrace.newFlow" },
    ]);
  const items: FlowItem[] =
    shipped.length === 0
      ? own
      : [...own, { label: "Examples", kind: vscode.QuickPickItemKind.Separator }, ...shipped];
  const picked = await untilSeen(() =>
    pickOne(items, {
      title: "Millrace",
      placeHolder: "Which flow?",
      matchOnDescription: true,
    }),
  );
  return picked?.path;
}
