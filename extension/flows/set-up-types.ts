import { join } from "node:path";
import * as vscode from "vscode";
import type { PreparedFolder } from "../../runtime/events/prepared-folder.ts";
import { tell } from "../shown/notifications.ts";

/**
 * Has a folder set up for the types of flows.
 * @param init calls `millrace init --types` there.
 */
export async function setUpTypes(
  folder: string,
  init: (folder: string) => Promise<PreparedFolder>,
): Promise<void> {
  const { advice } = await init(folder);
  // It looks for configurations when it starts, not for one that comes later beside a file that is open.
  const restart = "typescript.restartTsServer";
  if ((await vscode.commands.getCommands()).includes(restart)) await vscode.commands.executeCommand(restart);
  if (advice === null) return;
  const open = "Open tsconfig.json";
  if ((await tell(advice, open)) === open)
    await vscode.window.showTextDocument(vscode.Uri.file(join(folder, "tsconfig.json")));
}
