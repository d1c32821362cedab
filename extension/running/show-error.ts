import * as vscode from "vscode";
import { openSource } from "../flows/open-source.ts";
import { tellError } from "../shown/notifications.ts";
import { type UserAction, UserMessage } from "../shown/user-message.ts";

/** Tells the user of an error, with what can be done about it; all of it goes to the log, too. */
export async function showError(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  log.error(error instanceof UserMessage || !(error instanceof Error) ? message : (error.stack ?? message));
  const actions = error instanceof UserMessage ? error.actions : [];
  const titles = [...actions.map(({ title }) => title), "Show Log"];
  const picked = await tellError(message, ...titles);
  if (picked === undefined) return;
  const action = actions.find(({ title }) => title === picked);
  if (action === undefined) log.show();
  else await perform(action);
}

async function perform(action: UserAction): Promise<void> {
  switch (action.kind) {
    case "setting":
      await vscode.commands.executeCommand("workbench.action.openSettings", action.setting);
      return;
    case "source": {
      const { command, arguments: args = [] } = openSource(action);
      await vscode.commands.executeCommand(command, ...args);
      return;
    }
    case "command":
      await vscode.commands.executeCommand(action.command);
  }
}
