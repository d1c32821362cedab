import type { ArtifactView } from "../../runtime/events/run-view.ts";
import type { PageContext } from "../page/page-view.ts";

/** Shows an artifact in the tab that is made for its kind. */
export function showArtifact({ choices }: PageContext, { kind, key }: ArtifactView): void {
  if (kind === "table") choices.set({ tab: "data", dataArtifact: key });
  else if (kind === "comparison") choices.set({ tab: "comparison", comparisonArtifact: key });
  else choices.set({ tab: "artifacts", artifact: key });
}
