import type { IconName } from "../elements/icons.ts";

/** The icon of a kind of artifact; a kind of a newer runtime has that of a text. */
export function artifactIcon(kind: string): IconName {
  switch (kind) {
    case "table":
      return "table";
    case "histogram":
      return "chart";
    case "scatter":
    case "comparison":
      return "scatter";
    case "image":
      return "image";
    default:
      return "text";
  }
}
