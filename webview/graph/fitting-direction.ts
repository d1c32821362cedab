import { assignLayers } from "./layout/layers.ts";
import type { VisibleGraph } from "./visible-graph.ts";

const step = { right: { along: 280, across: 72 }, down: { along: 106, across: 244 } };

/** The direction in which a graph can be drawn larger in a room of this size, going by its layers. */
export function fittingDirection(graph: VisibleGraph, width: number, height: number): "right" | "down" {
  const top = graph.nodes.filter(({ parent }) => parent === undefined);
  const index = new Map(top.map(({ id }, i) => [id, i]));
  const edges = graph.edges.filter(({ from, to }) => index.has(from) && index.has(to));
  const layers = assignLayers(
    top.length,
    Int32Array.from(edges, ({ from }) => index.get(from) ?? 0),
    Int32Array.from(edges, ({ to }) => index.get(to) ?? 0),
  );
  const sizes = new Map<number, number>();
  for (const layer of layers) sizes.set(layer, (sizes.get(layer) ?? 0) + 1);
  const breadth = Math.max(1, ...sizes.values());
  const length = Math.max(1, sizes.size);
  const right = Math.min(width / (length * step.right.along), height / (breadth * step.right.across));
  const down = Math.min(width / (breadth * step.down.across), height / (length * step.down.along));
  // Left to right reads better, so top down has to be clearly larger; larger than life is of no use.
  return Math.min(down, 1) > Math.min(right, 1) * 1.15 ? "down" : "right";
}
