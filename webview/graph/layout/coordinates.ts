import type { Adjacency } from "./layers.ts";
import type { Layers } from "./ordering.ts";

/** How much a bend costs: long edges should run straight before all else. */
const dummyWeight = 4;

/**
 * Places nodes across their layers: in order, without overlap, and as near to their neighbours as that allows.
 * Each layer in turn gets the least-squares best place for its nodes, which is an isotonic regression.
 *
 * @param size of each node across its layer
 * @param gap between neighbours in a layer
 * @param real nodes below this number are nodes, the others bends of long edges
 * @returns centres
 */
export function placeAcross(
  layers: Layers,
  down: Adjacency,
  up: Adjacency,
  size: Float64Array,
  gap: number,
  real: number,
): Float64Array {
  const centre = new Float64Array(size.length);
  for (const layer of layers) {
    let at = 0;
    for (const node of layer) {
      centre[node] = at + size[node]! / 2;
      at += size[node]! + gap;
    }
    for (const node of layer) centre[node] = centre[node]! - (at - gap) / 2;
  }
  const rounds = size.length > 3000 ? 3 : 8;
  for (let round = 0; round < rounds; round++) {
    for (let i = 1; i < layers.length; i++) settle(layers[i], up);
    for (let i = layers.length - 2; i >= 0; i--) settle(layers[i], down);
  }
  for (let i = 1; i < layers.length; i++) settle(layers[i], up);
  return centre;

  function settle(layer: Int32Array | undefined, edges: Adjacency): void {
    if (layer === undefined) return;
    const wanted = new Float64Array(layer.length);
    const weight = new Float64Array(layer.length);
    const offset = new Float64Array(layer.length);
    for (let i = 0; i < layer.length; i++) {
      const node = layer[i]!;
      if (i > 0) {
        const before = layer[i - 1]!;
        const apart = (size[before]! + size[node]!) / 2 + gap;
        offset[i] = offset[i - 1]! + apart;
      }
      const first = edges.start[node]!;
      const end = edges.start[node + 1]!;
      let sum = 0;
      for (let edge = first; edge < end; edge++) sum += centre[edges.target[edge]!]!;
      // A node without neighbours on that side stays where it is unless it is pushed.
      wanted[i] = (first === end ? centre[node]! : sum / (end - first)) - offset[i]!;
      weight[i] = node >= real ? dummyWeight : first === end ? 0.1 : 1;
    }
    const fitted = isotonicFit(wanted, weight);
    for (let i = 0; i < layer.length; i++) centre[layer[i]!] = fitted[i]! + offset[i]!;
  }
}

/** The non-decreasing sequence nearest to the given one by weighted least squares: pool adjacent violators. */
export function isotonicFit(values: Float64Array, weights: Float64Array): Float64Array {
  const mean = new Float64Array(values.length);
  const weight = new Float64Array(values.length);
  const length = new Int32Array(values.length);
  let blocks = 0;
  for (let i = 0; i < values.length; i++) {
    mean[blocks] = values[i]!;
    weight[blocks] = weights[i]!;
    length[blocks] = 1;
    blocks++;
    while (blocks > 1 && mean[blocks - 2]! > mean[blocks - 1]!) {
      const a = blocks - 2;
      const b = blocks - 1;
      const total = weight[a]! + weight[b]!;
      mean[a] = (mean[a]! * weight[a]! + mean[b]! * weight[b]!) / total;
      weight[a] = total;
      length[a] = length[a]! + length[b]!;
      blocks--;
    }
  }
  const fitted = new Float64Array(values.length);
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    const end = at + length[block]!;
    fitted.fill(mean[block]!, at, end);
    at = end;
  }
  return fitted;
}
