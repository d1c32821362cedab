import type { Adjacency } from "./layers.ts";

/** Nodes by layer, each layer's in the order in which they stand across it. */
export type Layers = Int32Array[];

/**
 * Orders each layer so that few edges cross, by sweeps that put every node at the mean place of its neighbours
 * (Sugiyama, Tagawa and Toda 1981). Edges lead from one layer to the next. The order given is the start and
 * decides ties; it is changed in place to the best that was seen.
 */
export function orderLayers(layers: Layers, down: Adjacency, up: Adjacency, sweeps: number): void {
  const count = layers.reduce((sum, layer) => sum + layer.length, 0);
  const place = new Float64Array(count);
  const wanted = new Float64Array(count);
  const note = (layer: Int32Array) => {
    for (let i = 0; i < layer.length; i++) place[layer[i]!] = i;
  };
  for (const layer of layers) note(layer);
  const counter = crossingCounter(layers, down, place);
  let fewest = counter();
  let best = layers.map((layer) => layer.slice());
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const forwards = sweep % 2 === 0;
    const edges = forwards ? up : down;
    for (let step = 1; step < layers.length; step++) {
      const layer = layers[forwards ? step : layers.length - 1 - step];
      if (layer === undefined) continue;
      for (const node of layer) wanted[node] = meanPlace(node, edges, place);
      layer.sort((a, b) => wanted[a]! - wanted[b]! || place[a]! - place[b]!);
      note(layer);
    }
    const crossings = counter();
    if (crossings < fewest) {
      fewest = crossings;
      best = layers.map((layer) => layer.slice());
    }
  }
  for (let i = 0; i < layers.length; i++) layers[i]?.set(best[i]!);
}

/** Where the node's neighbours stand on average; where it stands itself if it has none. */
function meanPlace(node: number, edges: Adjacency, place: Float64Array): number {
  const first = edges.start[node]!;
  const end = edges.start[node + 1]!;
  if (first === end) return place[node]!;
  let sum = 0;
  for (let edge = first; edge < end; edge++) sum += place[edges.target[edge]!]!;
  return sum / (end - first);
}

/** Counts crossings in the present order: inversions, by a Fenwick tree (Barth, Juenger and Mutzel 2002). */
export function crossingCounter(layers: Layers, down: Adjacency, place: Float64Array): () => number {
  const widest = layers.reduce((most, layer) => Math.max(most, layer.length), 0);
  const tree = new Int32Array(widest + 1);
  return () => {
    let crossings = 0;
    for (let i = 0; i + 1 < layers.length; i++) {
      tree.fill(0);
      let seen = 0;
      for (const node of layers[i]!) {
        const targets = down.target.slice(down.start[node]!, down.start[node + 1]!);
        for (const target of targets) {
          let before = 0;
          for (let at = place[target]! + 1; at > 0; at -= at & -at) before += tree[at]!;
          crossings += seen - before;
        }
        for (const target of targets) {
          for (let at = place[target]! + 1; at <= widest; at += at & -at) tree[at] = tree[at]! + 1;
          seen++;
        }
      }
    }
    return crossings;
  };
}

/**
 * Orders a layer for a picture that is already shown: what was in it keeps its order, and what is new goes to
 * where its neighbours upstream are.
 *
 * @param earlier where each node stood across its layer, NaN for new ones
 */
export function insertIntoLayers(layers: Layers, up: Adjacency, earlier: Float64Array): void {
  const at = earlier.slice();
  for (const layer of layers) {
    let last = 0;
    for (const node of layer) {
      if (!Number.isNaN(at[node]!)) {
        last = Math.max(last, at[node]!);
        continue;
      }
      let sum = 0;
      let known = 0;
      for (let edge = up.start[node]!; edge < up.start[node + 1]!; edge++) {
        const place = at[up.target[edge]!]!;
        if (Number.isNaN(place)) continue;
        sum += place;
        known++;
      }
      // Without neighbours it goes to the end, behind those before it.
      at[node] = known === 0 ? last + 1 : sum / known;
      if (known === 0) last++;
    }
    layer.sort((a, b) => at[a]! - at[b]! || a - b);
  }
}
