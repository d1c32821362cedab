import { artifactKind } from "../artifacts/artifact-kinds.ts";
import { ArtifactTab } from "../artifacts/artifact-tab.ts";
import type { PageContext } from "../page/page-view.ts";

/** The tables that the run published. */
export function dataView(context: PageContext): ArtifactTab {
  return new ArtifactTab(context, {
    shows: ({ kind }) => artifactKind(kind).tab === "data",
    choice: "dataArtifact",
    label: "Table",
    none: "The run published no tables. A task publishes one with artifact.table().",
  });
}
