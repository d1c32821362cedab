import { layOutInLayers } from "./layered.ts";

/** What a node's inside is: nothing, a graph in layers, or members side by side. */
export const inside = { nothing: 0, layers: 1, grid: 2 } as const;

/** A graph whose nodes may hold graphs. Typed arrays, so that it crosses to a worker at no cost. */
export interface LayoutInput {
  readonly direction: "right" | "down";
  /** Of each node: the node that it is in, which comes before it; -1 for none. */
  readonly parent: Int32Array;
  /** Of each node: one of {@link inside}. */
  readonly inside: Uint8Array;
  /** Of leaves; those of nodes with something inside are computed. */
  readonly width: Float64Array;
  readonly height: Float64Array;
  /** Room that a node with something inside keeps free at its top. */
  readonly headroom: Float64Array;
  /** Edges join nodes of the same parent. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Where each node's centre stood across its layer; NaN for new ones. */
  readonly earlier: Float64Array;
}

export interface LayoutResult {
  /** Top left corners, absolute. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  /** Of each edge: the points that it runs through, as pairs of absolute x and y. */
  readonly routes: readonly Float64Array[];
}

const layerGap = { right: 64, down: 52 };
const nodeGap = { right: 20, down: 28 };
const gridGap = 12;
const padding = 24;

/** Lays out a graph and the graphs inside its nodes, from the innermost outwards. No two nodes overlap. */
export function layOutGraph(input: LayoutInput): LayoutResult {
  const count = input.parent.length;
  const children: number[][] = Array.from({ length: count + 1 }, () => []);
  for (let node = 0; node < count; node++) children[input.parent[node]! + 1]?.push(node);
  const edges: number[][] = Array.from({ length: count + 1 }, () => []);
  for (let edge = 0; edge < input.from.length; edge++) {
    edges[input.parent[input.from[edge]!]! + 1]?.push(edge);
  }
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  const width = input.width.slice();
  const height = input.height.slice();
  const routes: Float64Array[] = Array.from({ length: input.from.length }, () => new Float64Array(0));

  // Parents come before what is in them, so going backwards the insides are done first.
  for (let node = count - 1; node >= -1; node--) {
    const kind = node === -1 ? inside.layers : input.inside[node];
    if (kind === inside.nothing) continue;
    const members = children[node + 1]!;
    const extent = kind === inside.grid ? layOutGrid(members) : layOutLayers(members, edges[node + 1]!);
    if (node === -1) continue;
    width[node] = Math.max(extent.width + 2 * padding, input.width[node]!);
    height[node] = extent.height + padding + input.headroom[node]!;
  }
  for (let node = 0; node < count; node++) {
    const parent = input.parent[node]!;
    if (parent === -1) continue;
    x[node] = x[node]! + x[parent]! + padding;
    y[node] = y[node]! + y[parent]! + input.headroom[parent]!;
  }
  for (let edge = 0; edge < routes.length; edge++) {
    const parent = input.parent[input.from[edge]!]!;
    const route = routes[edge];
    if (parent === -1 || route === undefined) continue;
    for (let i = 0; i < route.length; i += 2) {
      route[i] = route[i]! + x[parent]! + padding;
      route[i + 1] = route[i + 1]! + y[parent]! + input.headroom[parent]!;
    }
  }
  return { x, y, width, height, routes };

  function layOutLayers(members: readonly number[], own: readonly number[]) {
    const right = input.direction === "right";
    const index = new Map(members.map((node, i) => [node, i]));
    const result = layOutInLayers({
      along: Float64Array.from(members, (node) => (right ? width : height)[node]!),
      across: Float64Array.from(members, (node) => (right ? height : width)[node]!),
      from: Int32Array.from(own, (edge) => index.get(input.from[edge]!)!),
      to: Int32Array.from(own, (edge) => index.get(input.to[edge]!)!),
      earlier: Float64Array.from(members, (node) => input.earlier[node]!),
      layerGap: layerGap[input.direction],
      nodeGap: nodeGap[input.direction],
    });
    for (const [i, node] of members.entries()) {
      x[node] = (right ? result.along : result.across)[i]!;
      y[node] = (right ? result.across : result.along)[i]!;
    }
    for (const [i, edge] of own.entries()) {
      const route = result.routes[i]!;
      if (!right) swapPairs(route);
      routes[edge] = route;
    }
    return right
      ? { width: result.length, height: result.breadth }
      : { width: result.breadth, height: result.length };
  }

  function layOutGrid(members: readonly number[]) {
    const [first] = members;
    if (first === undefined) return { width: 0, height: 0 };
    const cellWidth = members.reduce((most, node) => Math.max(most, width[node]!), 0) + gridGap;
    const cellHeight = members.reduce((most, node) => Math.max(most, height[node]!), 0) + gridGap;
    const shape = input.direction === "right" ? 1.2 : 2.5;
    const columns = Math.max(1, Math.round(Math.sqrt((members.length * cellHeight * shape) / cellWidth)));
    for (const [i, node] of members.entries()) {
      x[node] = (i % columns) * cellWidth;
      y[node] = Math.floor(i / columns) * cellHeight;
    }
    return {
      width: Math.min(columns, members.length) * cellWidth - gridGap,
      height: Math.ceil(members.length / columns) * cellHeight - gridGap,
    };
  }
}

function swapPairs(route: Float64Array): void {
  for (let i = 0; i < route.length; i += 2) {
    const first = route[i]!;
    route[i] = route[i + 1]!;
    route[i + 1] = first;
  }
}
