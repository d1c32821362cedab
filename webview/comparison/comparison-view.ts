import { ArtifactTab } from "../artifacts/artifact-tab.ts";
import type { PageContext } from "../page/page-view.ts";

/** The comparisons and scatters that the run published, one at a time, and the histograms under them. */
export function comparisonView(context: PageContext): ArtifactTab {
  return new ArtifactTab(context, {
    shows: ({ kind }) => kind === "comparison" || kind === "scatter",
    below: ({ kind }) => kind === "histogram",
    choice: "comparisonArtifact",
    label: "Comparison",
    none: "The run published no comparison. A task publishes one with artifact.comparison().",
  });
}
