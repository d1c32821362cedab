import * as vscode from "vscode";
import { notificationText } from "../../runtime/shown-text/notification.ts";

/** The one way to tell something by a notification. @returns the button that was pressed. */
export function tell(message: string, ...buttons: string[]): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(notificationText(message), ...buttons);
}

export function tellWarning(message: string, ...buttons: string[]): Thenable<string | undefined> {
  return vscode.window.showWarningMessage(notificationText(message), ...buttons);
}

export function tellError(message: string, ...buttons: string[]): Thenable<string | undefined> {
  return vscode.window.showErrorMessage(notificationText(message), ...buttons);
}

/** Asks by a dialog. @returns whether the button was pressed. */
export async function confirm(question: string, detail: string, button: string): Promise<boolean> {
  const options = { modal: true, detail: notificationText(detail) };
  return (await vscode.window.showWarningMessage(notificationText(question), options, button)) === button;
}

/** Does something that takes a while, with a notification that can stop it. */
export async function withNotice<T>(
  title: string,
  work: (say: (message: string) => void, stopped: AbortSignal) => Promise<T>,
): Promise<T> {
  return vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: notificationText(title),
      cancellable: true,
    },
    (progress, token) => {
      const stopped = new AbortController();
      token.onCancellationRequested(() => stopped.abort());
      return work((message) => progress.report({ message: notificationText(message) }), stopped.signal);
    },
  );
}

/** Does something that takes a moment, and says so in the status bar. */
export async function withStatus<T>(title: string, work: () => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Window, title: notificationText(title) };
  return vscode.window.withProgress(options, work);
}
