import { artifactKind } from "../artifacts/artifact-kinds.ts";
import { ArtifactTab } from "../artifacts/artifact-tab.ts";
import type { PageContext } from "../page/page-view.ts";

/** The comparisons and scatters that the run published, one at a time, and the histograms under them. */
export function comparisonView(context: PageContext): ArtifactTab {
  return new ArtifactTab(context, {
    shows: ({ kind }) => artifactKind(kind).tab === "comparison",
    below: ({ kind }) => artifactKind(kind).below === "comparison",
    choice: "comparisonArtifact",
    label: "Comparison",
    none: "The run published no comparison. A task publishes one with artifact.comparison().",
  });
}
