import type { ArtifactContent } from "../../runtime/events/artifacts.ts";
import type { IconName } from "../elements/icons.ts";

interface ArtifactKind {
  readonly icon: IconName;
  /** The tab that is made for it; "artifacts", which has them all, for one that has none of its own. */
  readonly tab: "data" | "comparison" | "artifacts";
  /** The tab that shows all of them under the one that was chosen. */
  readonly below?: "comparison";
}

/** How the page goes about each kind of artifact. What it draws of each is in artifact-content.ts. */
const kinds: { readonly [Kind in ArtifactContent["kind"]]: ArtifactKind } = {
  table: { icon: "table", tab: "data" },
  histogram: { icon: "chart", tab: "artifacts", below: "comparison" },
  scatter: { icon: "scatter", tab: "comparison" },
  comparison: { icon: "scatter", tab: "comparison" },
  markdown: { icon: "text", tab: "artifacts" },
  image: { icon: "image", tab: "artifacts" },
  check: { icon: "checklist", tab: "artifacts" },
};

/** A kind of a newer runtime is gone about as a text is. */
export function artifactKind(kind: string): ArtifactKind {
  return Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : kinds.markdown;
}
