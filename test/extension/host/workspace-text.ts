import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";

/** The folder that the window has open. */
export function folder(): string {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  if (first === undefined) throw new Error("The window has no folder.");
  return first.uri.fsPath;
}

/** A tree view's lines as a reader sees them: label, description and, in brackets, what its menus go by. */
export async function treeText<Node>(tree: vscode.TreeDataProvider<Node>): Promise<string[]> {
  const lines: string[] = [];
  const draw = async (parent: Node | undefined, indent: string) => {
    for (const node of (await tree.getChildren(parent)) ?? []) {
      const { label = "", description = "", contextValue } = await tree.getTreeItem(node);
      const text = typeof label === "string" ? label : label.label;
      const menus = contextValue === undefined ? "" : ` [${contextValue}]`;
      lines.push(`${indent}${[text, description].filter((part) => part !== "").join("  ")}${menus}`);
      await draw(node, `${indent}  `);
    }
  };
  await draw(undefined, "");
  return lines;
}

/** Waits until `look` gives something that `when` accepts, and returns the last that it gave. */
export async function until<T>(look: () => T | PromiseLike<T>, when: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const value = await look();
    if (when(value) || tries === 150) return value;
    await delay(50);
  }
}
