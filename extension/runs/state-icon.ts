import * as vscode from "vscode";
import type { State } from "../../runtime/events/states.ts";
import { iconOf } from "./state-icons.ts";

export function stateIcon(state: State): vscode.ThemeIcon {
  const { icon, color } = iconOf(state);
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}
