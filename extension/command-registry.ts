import * as vscode from "vscode";
import type { CommandArguments, CommandId } from "./manifest/commands.ts";

export type CommandHandlers = {
  readonly [Id in CommandId]: (...args: CommandArguments[Id]) => unknown;
};

/** Registers a handler for every declared command; what one throws is shown to the user. */
export function registerCommands(
  handlers: CommandHandlers,
  onError: (error: unknown) => void,
): vscode.Disposable {
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...args: unknown[]) => {
      try {
        // Menus call a command with what their place in package.json means, which its arguments' type says.
        return await (handler as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        onError(error);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** A link to a command, for tree items, code lenses and the status bar. */
export function commandLink<Id extends CommandId>(
  command: Id,
  title: string,
  ...args: CommandArguments[Id]
): vscode.Command {
  return { command, title, arguments: args };
}
