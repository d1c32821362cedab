/** A value that JSON can say. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** What a flow publishes for its viewers. The panel knows these kinds and nothing of any particular flow. */
export type ArtifactContent =
  | TableArtifact
  | HistogramArtifact
  | ScatterArtifact
  | ComparisonArtifact
  | MarkdownArtifact
  | CheckArtifact
  | ImageArtifact;

const artifactKindNames: { readonly [Kind in ArtifactContent["kind"]]: Kind } = {
  table: "table",
  histogram: "histogram",
  scatter: "scatter",
  comparison: "comparison",
  markdown: "markdown",
  image: "image",
  check: "check",
};

export const artifactKinds: readonly ArtifactContent["kind"][] = Object.values(artifactKindNames);

export interface TableArtifact {
  readonly kind: "table";
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Row by row, in the columns' order. */
  readonly rows: readonly (readonly JsonValue[])[];
  /** Rows of the whole table, of which `rows` may be a sample. */
  readonly total?: number;
}

export interface HistogramArtifact {
  readonly kind: "histogram";
  /** Bin i reaches from edges[i] to edges[i + 1], the upper edge excluded but for the last bin. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly label: string;
}

/** The bins of a histogram, each with its edges. */
export function binsOf({
  edges,
  counts,
}: Pick<HistogramArtifact, "edges" | "counts">): { from: number; to: number; count: number }[] {
  return counts.map((count, i) => {
    const [from, to] = edges.slice(i, i + 2);
    if (from === undefined || to === undefined)
      throw new RangeError(
        `A histogram of ${counts.length} counts has ${edges.length} edges, and needs one more.`,
      );
    return { from, to, count };
  });
}

export interface ScatterArtifact {
  readonly kind: "scatter";
  readonly x: string;
  readonly y: string;
  readonly points: readonly { readonly label?: string; readonly x: number; readonly y: number }[];
}

/** Pairs of values of the same thing from two sources, both on one scale. Drawn as a scatter with diagonal and as dumbbells. */
export interface ComparisonArtifact {
  readonly kind: "comparison";
  readonly left: string;
  readonly right: string;
  /** The scale's ends. */
  readonly scale: readonly [number, number];
  readonly points: readonly {
    readonly label: string;
    readonly left: number;
    readonly right: number;
    readonly detail?: string;
  }[];
}

export interface MarkdownArtifact {
  readonly kind: "markdown";
  readonly text: string;
}

export interface ImageArtifact {
  readonly kind: "image";
  readonly mediaType: "image/png" | "image/jpeg" | "image/svg+xml";
  readonly base64: string;
  readonly alt: string;
}

/** What a check of data found. */
export interface CheckArtifact {
  readonly kind: "check";
  /** What violations do: `error` fails the check and stops what is below, `warn` only tells. */
  readonly severity: "error" | "warn";
  readonly passed: boolean;
  /** Absent where the check says only whether it holds. */
  readonly violations?: number;
  /** Rows of what was checked, where it has rows. */
  readonly checked?: number;
  readonly columns: TableArtifact["columns"];
  /** The first of the rows that violate it, where it gives rows. */
  readonly rows: TableArtifact["rows"];
}

/** How a check ended. */
export function checkStatus({
  passed,
  severity,
}: Pick<CheckArtifact, "passed" | "severity">): "Passed" | "Warning" | "Failed" {
  if (passed) return "Passed";
  return severity === "warn" ? "Warning" : "Failed";
}

/** What a check found in a few words: `3 violations in 120 rows`. */
export function checkOutcome({
  passed,
  violations,
  checked,
}: Pick<CheckArtifact, "passed" | "violations" | "checked">): string {
  if (violations === undefined) return passed ? "It holds" : "It doesn't hold";
  const found = violations === 0 ? "No violations" : counted(violations, "violation");
  return checked === undefined ? found : `${found} in ${counted(checked, "row")}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
