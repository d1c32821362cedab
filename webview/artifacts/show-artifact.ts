import type { ArtifactView } from "../../runtime/events/run-view.ts";
import type { PageContext } from "../page/page-view.ts";
import { artifactKind } from "./artifact-kinds.ts";

/** Shows an artifact in the tab that is made for its kind. */
export function showArtifact({ choices }: PageContext, { kind, key }: ArtifactView): void {
  const { tab } = artifactKind(kind);
  switch (tab) {
    case "data":
      choices.set({ tab, dataArtifact: key });
      return;
    case "comparison":
      choices.set({ tab, comparisonArtifact: key });
      return;
    case "artifacts":
      choices.set({ tab, artifact: key });
      return;
    default:
      tab satisfies never;
  }
}
