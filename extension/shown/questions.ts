import * as vscode from "vscode";
import { labelText, notificationText } from "../../runtime/shown-text/notification.ts";

/** A line of a list that is picked from. Its texts may be a run's; the icon's name is ours. */
export interface PickItem {
  readonly label: string;
  readonly icon?: string;
  readonly description?: string;
  readonly detail?: string;
  readonly kind?: vscode.QuickPickItemKind;
  readonly picked?: boolean;
  readonly alwaysShow?: boolean;
}

export interface PickOptions {
  readonly title: string;
  readonly placeHolder?: string;
  readonly matchOnDescription?: boolean;
  readonly ignoreFocusOut?: boolean;
}

/** The item as VS Code shows it: no link and no icon but ours in it. */
function shownItem<Item extends PickItem>(item: Item): vscode.QuickPickItem & { readonly of: Item } {
  const { label, icon, description, detail, kind, picked, alwaysShow } = item;
  return {
    of: item,
    label: `${icon === undefined ? "" : `$(${icon}) `}${labelText(label)}`,
    ...(description === undefined ? {} : { description: labelText(description) }),
    ...(detail === undefined ? {} : { detail: labelText(detail) }),
    ...(kind === undefined ? {} : { kind }),
    ...(picked === undefined ? {} : { picked }),
    ...(alwaysShow === undefined ? {} : { alwaysShow }),
  };
}

/** Asks for one of a list. @returns undefined when the question is dismissed. */
export async function pickOne<Item extends PickItem>(
  items: readonly Item[],
  options: PickOptions,
): Promise<Item | undefined> {
  return (await vscode.window.showQuickPick(items.map(shownItem), shownOptions(options)))?.of;
}

/** Asks for some of a list. @returns undefined when the question is dismissed. */
export async function pickMany<Item extends PickItem>(
  items: readonly Item[],
  options: PickOptions,
): Promise<Item[] | undefined> {
  const many = { ...shownOptions(options), canPickMany: true as const };
  return (await vscode.window.showQuickPick(items.map(shownItem), many))?.map(({ of }) => of);
}

function shownOptions({ title, placeHolder, ...others }: PickOptions): vscode.QuickPickOptions {
  return {
    ...others,
    title: labelText(title),
    ...(placeHolder === undefined ? {} : { placeHolder: labelText(placeHolder) }),
  };
}

/** A list whose texts are set as they may be shown. */
export function shownQuickPick<Item extends PickItem>(
  items: readonly Item[],
  { title, placeHolder }: PickOptions,
): vscode.QuickPick<vscode.QuickPickItem & { readonly of: Item }> {
  const quickPick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly of: Item }>();
  quickPick.title = labelText(title);
  quickPick.placeholder = labelText(placeHolder ?? "");
  quickPick.items = items.map(shownItem);
  return quickPick;
}

export interface TextQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  readonly password?: boolean;
  readonly ignoreFocusOut?: boolean;
  /** What is wrong with what was typed. */
  readonly problem: (typed: string) => string | undefined | Promise<string | undefined>;
}

/** Asks for a text. VS Code shows links in a prompt, and in what is wrong with the text: none is left. */
export function askForText(question: TextQuestion): Thenable<string | undefined> {
  const { title, prompt, value, password = false, ignoreFocusOut = false } = question;
  return vscode.window.showInputBox({
    title: labelText(title),
    prompt: notificationText(prompt),
    value,
    password,
    ignoreFocusOut,
    validateInput: async (typed) => {
      const problem = await question.problem(typed);
      return problem === undefined ? undefined : notificationText(problem);
    },
  });
}
