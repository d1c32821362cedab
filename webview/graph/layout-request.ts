import { inside, type LayoutInput, type LayoutResult } from "./layout/layout-graph.ts";
import type { VisibleGraph, VisibleNode } from "./visible-graph.ts";

const nodeWidth = 216;
const nodeHeight = 50;
const groupHeight = 60;
const headerHeight = 54;
export const bracketRoom = 30;

/** A node's place in the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Boxes = ReadonlyMap<string, Box>;

/** What the layout needs to know of a graph: sizes, who is in whom, edges, and where things stand already. */
export function layoutRequest(
  graph: VisibleGraph,
  direction: "right" | "down",
  earlier: Boxes | undefined,
): LayoutInput {
  const index = new Map(graph.nodes.map((node, i) => [node.id, i]));
  const at = (id: string | undefined) => (id === undefined ? -1 : (index.get(id) ?? -1));
  const brackets = new Map<string, number>();
  for (const { parent } of graph.brackets) {
    if (parent !== undefined) brackets.set(parent, (brackets.get(parent) ?? 0) + 1);
  }
  const centre = (id: string) => {
    const box = earlier?.get(id);
    if (box === undefined) return Number.NaN;
    return direction === "right" ? box.y + box.height / 2 : box.x + box.width / 2;
  };
  return {
    direction,
    parent: Int32Array.from(graph.nodes, (node) => at(node.parent)),
    inside: Uint8Array.from(graph.nodes, insideOf),
    width: Float64Array.from(graph.nodes, () => nodeWidth),
    height: Float64Array.from(graph.nodes, (node) => (node.kind === "task" ? nodeHeight : groupHeight)),
    headroom: Float64Array.from(
      graph.nodes,
      (node) => headerHeight + (brackets.get(node.id) ?? 0) * bracketRoom,
    ),
    from: Int32Array.from(graph.edges, (edge) => at(edge.from)),
    to: Int32Array.from(graph.edges, (edge) => at(edge.to)),
    earlier: Float64Array.from(graph.nodes, (node) => centre(node.id)),
  };
}

function insideOf(node: VisibleNode): number {
  if (!node.open) return inside.nothing;
  return node.kind === "flow" ? inside.layers : inside.grid;
}

export function boxesOf(graph: VisibleGraph, result: LayoutResult): Map<string, Box> {
  return new Map(
    graph.nodes.map(({ id }, i) => [
      id,
      {
        x: result.x[i] ?? 0,
        y: result.y[i] ?? 0,
        width: result.width[i] ?? 0,
        height: result.height[i] ?? 0,
      },
    ]),
  );
}

/** The box around others, undefined for none. */
export function boxAround(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  let [left, top, right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, -Infinity, -Infinity];
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
