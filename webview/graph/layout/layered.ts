import { placeAcross } from "./coordinates.ts";
import { assignLayers, outgoing } from "./layers.ts";
import { insertIntoLayers, type Layers, orderLayers } from "./ordering.ts";

/** Sizes and distances along the layers' sequence ("along") and across it. */
export interface LayeredInput {
  readonly along: Float64Array;
  readonly across: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Centres across the layer in the picture shown so far; NaN for nodes that are new. */
  readonly earlier: Float64Array;
  readonly layerGap: number;
  readonly nodeGap: number;
}

export interface LayeredResult {
  /** Where each node begins, from 0. */
  readonly along: Float64Array;
  readonly across: Float64Array;
  readonly length: number;
  readonly breadth: number;
  /** The points that each edge runs through, as pairs of along and across. */
  readonly routes: readonly Float64Array[];
}

/** Long edges share the room between nodes by bends; beyond this many bends they run straight. */
const mostBends = 20_000;
const bendSize = 6;

/**
 * Lays a graph out in layers, each node after all its upstream nodes. Parts that no edge joins stand side by side;
 * nodes without edges fill a grid after them.
 */
export function layOutInLayers(input: LayeredInput): LayeredResult {
  const parts = splitParts(input.along.length, input.from, input.to);
  const joined = parts.filter((part) => part.length > 1);
  const alone = parts.flatMap((part) => (part.length === 1 ? part : []));
  const along = new Float64Array(input.along.length);
  const across = new Float64Array(input.along.length);
  const routes: Float64Array[] = Array.from({ length: input.from.length }, () => new Float64Array(0));
  let length = 0;
  let breadth = 0;
  for (const part of joined) {
    const start = breadth === 0 ? 0 : breadth + 2 * input.nodeGap;
    const index = new Map(part.map((node, i) => [node, i]));
    const edges: number[] = [];
    for (let edge = 0; edge < input.from.length; edge++) if (index.has(input.from[edge]!)) edges.push(edge);
    const inPart = (node: number) => index.get(node)!; // its edges lead to its own nodes
    const laid = layOutPart({
      ...input,
      along: Float64Array.from(part, (node) => input.along[node]!),
      across: Float64Array.from(part, (node) => input.across[node]!),
      earlier: Float64Array.from(part, (node) => input.earlier[node]!),
      from: Int32Array.from(edges, (edge) => inPart(input.from[edge]!)),
      to: Int32Array.from(edges, (edge) => inPart(input.to[edge]!)),
    });
    for (const [i, node] of part.entries()) {
      along[node] = laid.along[i]!;
      across[node] = laid.across[i]! + start;
    }
    for (const [i, edge] of edges.entries()) {
      const route = laid.routes[i]!;
      for (let at = 1; at < route.length; at += 2) route[at] = route[at]! + start;
      routes[edge] = route;
    }
    length = Math.max(length, laid.length);
    breadth = start + laid.breadth;
  }
  const grid = placeAlone(
    input,
    alone,
    length,
    breadth === 0 ? 0 : breadth + 2 * input.nodeGap,
    along,
    across,
  );
  return {
    along,
    across,
    routes,
    length: Math.max(length, grid.length),
    breadth: Math.max(breadth, grid.breadth),
  };
}

/** Nodes by the parts of the graph that no edge joins, in the order of their first nodes. */
function splitParts(count: number, from: Int32Array, to: Int32Array): number[][] {
  const root = Int32Array.from({ length: count }, (_, node) => node);
  const find = (node: number): number => {
    let at = node;
    while (root[at] !== at) {
      root[at] = root[root[at]!]!;
      at = root[at]!;
    }
    return at;
  };
  for (let edge = 0; edge < from.length; edge++) {
    const [a, b] = [find(from[edge]!), find(to[edge]!)];
    root[Math.max(a, b)] = Math.min(a, b);
  }
  const parts = new Map<number, number[]>();
  for (let node = 0; node < count; node++) {
    const part = parts.get(find(node));
    if (part === undefined) parts.set(find(node), [node]);
    else part.push(node);
  }
  return [...parts.values()];
}

/** Places nodes without edges in a grid about as long as the rest of the picture, or square without one. */
function placeAlone(
  input: LayeredInput,
  nodes: readonly number[],
  length: number,
  start: number,
  along: Float64Array,
  across: Float64Array,
): { readonly length: number; readonly breadth: number } {
  if (nodes.length === 0) return { length: 0, breadth: 0 };
  let deepest = 0;
  let widest = 0;
  for (const node of nodes) {
    deepest = Math.max(deepest, input.along[node]! + input.layerGap / 2);
    widest = Math.max(widest, input.across[node]! + input.nodeGap);
  }
  const square = Math.ceil(Math.sqrt((nodes.length * widest) / deepest));
  const fitting = Math.floor((length + input.layerGap / 2) / deepest);
  // A few stand in one line across, as what can start at once does.
  const columns = nodes.length <= 4 ? 1 : Math.max(1, square, Math.min(fitting, nodes.length));
  for (const [i, node] of nodes.entries()) {
    along[node] = (i % columns) * deepest;
    across[node] = start + Math.floor(i / columns) * widest;
  }
  return {
    length: Math.min(columns, nodes.length) * deepest - input.layerGap / 2,
    breadth: start + Math.ceil(nodes.length / columns) * widest - input.nodeGap,
  };
}

function layOutPart(input: LayeredInput): LayeredResult {
  const count = input.along.length;
  const layer = assignLayers(count, input.from, input.to);
  const bends = addBends(input, layer);
  const all = count + bends.layer.length;
  const layerOf = (node: number) => (node < count ? layer[node]! : bends.layer[node - count]!);
  const from = Int32Array.from(bends.from);
  const to = Int32Array.from(bends.to);
  const down = outgoing(all, from, to);
  const up = outgoing(all, to, from);
  const layers = collectLayers(all, layerOf);

  const earlier = new Float64Array(all).fill(Number.NaN);
  earlier.set(input.earlier);
  const known = input.earlier.reduce((sum, place) => sum + (Number.isNaN(place) ? 0 : 1), 0);
  if (known * 2 > count) insertIntoLayers(layers, up, earlier);
  else orderLayers(layers, down, up, all > 3000 ? 8 : 24);

  const size = new Float64Array(all).fill(bendSize);
  size.set(input.across);
  const centre = placeAcross(layers, down, up, size, input.nodeGap, count);
  return toResult(input, layer, layers, bends, centre, size);
}

interface Bends {
  readonly layer: number[];
  /** The short edges, from one layer to the next. */
  readonly from: number[];
  readonly to: number[];
  /** Of each edge: the bends on it. */
  readonly chains: number[][];
}

function addBends(input: LayeredInput, layer: Int32Array): Bends {
  const bends: Bends = { layer: [], from: [], to: [], chains: [] };
  const count = input.along.length;
  for (let edge = 0; edge < input.from.length; edge++) {
    const chain: number[] = [];
    bends.chains.push(chain);
    const source = input.from[edge]!;
    const target = input.to[edge]!;
    const first = layer[source]!;
    const last = layer[target]!;
    // An edge back closes a cycle and takes no part.
    if (last <= first) continue;
    if (bends.layer.length + last - first > mostBends) continue;
    let before = source;
    for (let at = first + 1; at < last; at++) {
      const bend = count + bends.layer.length;
      bends.layer.push(at);
      bends.from.push(before);
      bends.to.push(bend);
      chain.push(bend);
      before = bend;
    }
    bends.from.push(before);
    bends.to.push(target);
  }
  return bends;
}

function collectLayers(count: number, layerOf: (node: number) => number): Layers {
  const lists: number[][] = [];
  for (let node = 0; node < count; node++) {
    const layer = layerOf(node);
    while (lists.length <= layer) lists.push([]);
    lists[layer]?.push(node);
  }
  return lists.map((list) => Int32Array.from(list));
}

function toResult(
  input: LayeredInput,
  layer: Int32Array,
  layers: Layers,
  bends: Bends,
  centre: Float64Array,
  size: Float64Array,
): LayeredResult {
  const count = input.along.length;
  // Bends of edges have no thickness.
  const thickness = layers.map((nodes) =>
    nodes.reduce((most, node) => (node < count ? Math.max(most, input.along[node]!) : most), 0),
  );
  const begin: number[] = [];
  let length = 0;
  for (const thick of thickness) {
    begin.push(length);
    length += thick + input.layerGap;
  }
  length = Math.max(0, length - input.layerGap);

  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let node = 0; node < centre.length; node++) {
    lowest = Math.min(lowest, centre[node]! - size[node]! / 2);
    highest = Math.max(highest, centre[node]! + size[node]! / 2);
  }
  if (centre.length === 0) lowest = highest = 0;

  const along = new Float64Array(count);
  const across = new Float64Array(count);
  for (let node = 0; node < count; node++) {
    along[node] = begin[layer[node]!]!;
    across[node] = Math.round(centre[node]! - input.across[node]! / 2 - lowest);
  }
  const routes = bends.chains.map((chain, edge) => {
    const source = input.from[edge]!;
    const target = input.to[edge]!;
    const points = [along[source]! + input.along[source]!, across[source]! + input.across[source]! / 2];
    for (const bend of chain) {
      const at = bends.layer[bend - count]!;
      const place = Math.round(centre[bend]! - lowest);
      points.push(begin[at]!, place, begin[at]! + thickness[at]!, place);
    }
    points.push(along[target]!, across[target]! + input.across[target]! / 2);
    return Float64Array.from(points);
  });
  return { along, across, length, breadth: highest - lowest, routes };
}
