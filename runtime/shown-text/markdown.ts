import { visibleText } from "./visible-controls.ts";

/** Text that Markdown shows as it is: no emphasis, no links, images, code or HTML. Lines stay lines. */
export function markdownText(text: string): string {
  return visibleText(text)
    .split("\n")
    .map((line) => line.trim().replaceAll(/[!-/:-@[-`{-~]/g, "\\$&"))
    .join("  \n");
}
