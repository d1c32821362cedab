import * as vscode from "vscode";
import { markdownText } from "../../runtime/shown-text/markdown.ts";
import { labelText } from "../../runtime/shown-text/notification.ts";
import { visibleText } from "../../runtime/shown-text/visible-controls.ts";

/** The longest text that a tooltip shows, in UTF-16 units. */
const longestTooltip = 4_000;

/** The one way to make an element of a view from texts that may be a run's. */
export function treeItem(
  label: string,
  texts: { readonly description?: string; readonly tooltip?: string } = {},
  collapsible = vscode.TreeItemCollapsibleState.None,
): vscode.TreeItem {
  const item = new vscode.TreeItem(labelText(label), collapsible);
  if (texts.description !== undefined) item.description = labelText(texts.description);
  if (texts.tooltip !== undefined) item.tooltip = tooltipText(texts.tooltip);
  return item;
}

/** A plain tooltip. */
export function tooltipText(text: string): string {
  return visibleText(text.slice(0, longestTooltip));
}

/** A tooltip of paragraphs, the first in bold. Nothing in them is taken for Markdown. */
export function tooltipParagraphs(heading: string, ...paragraphs: string[]): vscode.MarkdownString {
  const shown = (text: string) => markdownText(text.slice(0, longestTooltip));
  return new vscode.MarkdownString([`**${shown(heading)}**`, ...paragraphs.map(shown)].join("\n\n"));
}
