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
      centre[node] = at + (size[node] ?? 0) / 2;
      at += (size[node] ?? 0) + gap;
    }
    for (const node of layer) centre[node] = (centre[node] ?? 0) - (at - gap) / 2;
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
      const node = layer[i] ?? 0;
      if (i > 0) {
        const before = layer[i - 1] ?? 0;
        const apart = ((size[before] ?? 0) + (size[node] ?? 0)) / 2 + gap;
        offset[i] = (offset[i - 1] ?? 0) + apart;
      }
      const first = edges.start[node] ?? 0;
      const end = edges.start[node + 1] ?? 0;
      let sum = 0;
      for (let edge = first; edge < end; edge++) sum += centre[edges.target[edge] ?? 0] ?? 0;
      // A node without neighbours on that side stays where it is unless it is pushed.
      wanted[i] = (first === end ? (centre[node] ?? 0) : sum / (end - first)) - (offset[i] ?? 0);
      weight[i] = node >= real ? dummyWeight : first === end ? 0.1 : 1;
    }
    const fitted = isotonicFit(wanted, weight);
    for (let i = 0; i < layer.length; i++) centre[layer[i] ?? 0] = (fitted[i] ?? 0) + (offset[i] ?? 0);
  }
}

/** The non-decreasing sequence nearest to the given one by weighted least squares: pool adjacent violators. */
export function isotonicFit(values: Float64Array, weights: Float64Array): Float64Array {
  const mean = new Float64Array(values.length);
  const weight = new Float64Array(values.length);
  const length = new Int32Array(values.length);
  let blocks = 0;
  for (let i = 0; i < values.length; i++) {
    mean[blocks] = values[i] ?? 0;
    weight[blocks] = weights[i] ?? 1;
    length[blocks] = 1;
    blocks++;
    while (blocks > 1 && (mean[blocks - 2] ?? 0) > (mean[blocks - 1] ?? 0)) {
      const a = blocks - 2;
      const b = blocks - 1;
      const total = (weight[a] ?? 0) + (weight[b] ?? 0);
      mean[a] = ((mean[a] ?? 0) * (weight[a] ?? 0) + (mean[b] ?? 0) * (weight[b] ?? 0)) / total;
      weight[a] = total;
      length[a] = (length[a] ?? 0) + (length[b] ?? 0);
      blocks--;
    }
  }
  const fitted = new Float64Array(values.length);
  let at = 0;
  for (let block = 0; block < blocks; block++) {
    const end = at + (length[block] ?? 0);
    fitted.fill(mean[block] ?? 0, at, end);
    at = end;
  }
  return fitted;
}
