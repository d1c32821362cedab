import type { ComparisonArtifact } from "../../runtime/events/artifacts.ts";

type Pair = ComparisonArtifact["points"][number];

export const pairOrders = [
  { value: "difference", label: "Largest difference first" },
  { value: "agreement", label: "Best agreement first" },
  { value: "name", label: "By name" },
  { value: "left", label: "By the left value" },
  { value: "right", label: "By the right value" },
] as const;

export type PairOrder = (typeof pairOrders)[number]["value"];

/** The places of the pairs to list, in order. Text is looked for in labels and details. */
export function arrangePairs(pairs: readonly Pair[], order: PairOrder, text: string): number[] {
  const wanted = text.trim().toLowerCase();
  const places = pairs.flatMap((pair, i) =>
    `${pair.label} ${pair.detail ?? ""}`.toLowerCase().includes(wanted) ? [i] : [],
  );
  const apart = (pair: Pair | undefined) => Math.abs((pair?.left ?? 0) - (pair?.right ?? 0));
  return places.sort((a, b) => {
    const [first, second] = [pairs[a], pairs[b]];
    switch (order) {
      case "difference":
        return apart(second) - apart(first) || a - b;
      case "agreement":
        return apart(first) - apart(second) || a - b;
      case "name":
        return (first?.label ?? "").localeCompare(second?.label ?? "", "en") || a - b;
      case "left":
        return (second?.left ?? 0) - (first?.left ?? 0) || a - b;
      case "right":
        return (second?.right ?? 0) - (first?.right ?? 0) || a - b;
      default:
        order satisfies never;
        return 0;
    }
  });
}
