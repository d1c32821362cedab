import type { Box, Boxes } from "./layout-request.ts";
import type { VisibleGraph, VisibleNode } from "./visible-graph.ts";

export type Arrow = "left" | "right" | "up" | "down";

/**
 * Where an arrow key leads. Along the graph's direction it follows edges, to the neighbour that is nearest; where
 * there is none, and across the direction, it goes to the nearest node on that side. Down goes into an open
 * node, and up from what is uppermost in it back out.
 */
export function nextNode(
  graph: VisibleGraph,
  boxes: Boxes,
  direction: "right" | "down",
  from: string,
  arrow: Arrow,
): string | undefined {
  const node = graph.nodes.find(({ id }) => id === from);
  const box = boxes.get(from);
  if (node === undefined || box === undefined) return undefined;
  if (node.open && arrow === "down") {
    const inner = graph.nodes.filter(({ parent }) => parent === from);
    return nearest(inner, boxes, { ...box, height: 0, width: 0 })?.id;
  }
  const forwards: Arrow = direction;
  const backwards: Arrow = direction === "right" ? "left" : "up";
  if (arrow === forwards || arrow === backwards) {
    const ids = new Set(
      graph.edges.flatMap((edge) =>
        arrow === forwards && edge.from === from
          ? [edge.to]
          : arrow === backwards && edge.to === from
            ? [edge.from]
            : [],
      ),
    );
    const along = nearest(
      graph.nodes.filter(({ id }) => ids.has(id)),
      boxes,
      box,
    );
    if (along !== undefined) return along.id;
  }
  const siblings = graph.nodes.filter(({ id, parent }) => parent === node.parent && id !== from);
  const there = siblings.filter(({ id }) => isToThe(arrow, box, boxes.get(id)));
  const side = nearest(there, boxes, box, arrow === "up" || arrow === "down" ? "x" : "y");
  if (side !== undefined) return side.id;
  return arrow === "up" ? node.parent : undefined;
}

function isToThe(arrow: Arrow, box: Box, other: Box | undefined): boolean {
  if (other === undefined) return false;
  switch (arrow) {
    case "right":
      return other.x >= box.x + box.width;
    case "left":
      return other.x + other.width <= box.x;
    case "down":
      return other.y >= box.y + box.height;
    case "up":
      return other.y + other.height <= box.y;
  }
}

/** Being off to the side on `straight`'s axis counts thrice: a column or row is kept to where there is one. */
function nearest(
  nodes: readonly VisibleNode[],
  boxes: Boxes,
  to: Box,
  straight?: "x" | "y",
): VisibleNode | undefined {
  let best: VisibleNode | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const node of nodes) {
    const box = boxes.get(node.id);
    if (box === undefined) continue;
    const dx = Math.abs(box.x + box.width / 2 - to.x - to.width / 2) * (straight === "x" ? 3 : 1);
    const dy = Math.abs(box.y + box.height / 2 - to.y - to.height / 2) * (straight === "y" ? 3 : 1);
    if (dx + dy < least) {
      least = dx + dy;
      best = node;
    }
  }
  return best;
}
