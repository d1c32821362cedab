/**
 * Puts each node of a graph on the layer after the last of its upstream nodes (longest path). Edges that close a
 * cycle are ignored: they lead to the same or an earlier layer.
 *
 * @param count nodes are 0 to count - 1
 * @param from upstream end of each edge
 * @param to downstream end of each edge
 */
export function assignLayers(count: number, from: Int32Array, to: Int32Array): Int32Array {
  const { start, target } = outgoing(count, from, to);
  const waiting = new Int32Array(count);
  for (const node of to) waiting[node] = waiting[node]! + 1;
  const layer = new Int32Array(count);
  const placed = new Uint8Array(count);
  const queue = new Int32Array(count);
  let tail = 0;
  for (let node = 0; node < count; node++) {
    if (waiting[node] === 0) {
      queue[tail++] = node;
      placed[node] = 1;
    }
  }
  let next = 0;
  for (let head = 0; head < count; head++) {
    if (head === tail) {
      // Only cycles are left: the first of their nodes starts, as if nothing led to it.
      while (placed[next] === 1) next++;
      queue[tail++] = next;
      placed[next] = 1;
    }
    const node = queue[head]!;
    const below = layer[node]! + 1;
    for (let edge = start[node]!; edge < start[node + 1]!; edge++) {
      const other = target[edge]!;
      if (placed[other] === 1) continue;
      if (layer[other]! < below) layer[other] = below;
      waiting[other] = waiting[other]! - 1;
      if (waiting[other] === 0) {
        queue[tail++] = other;
        placed[other] = 1;
      }
    }
  }
  return layer;
}

/** Edges by their upstream node: those of node n are target[start[n]] to target[start[n + 1] - 1]. */
export interface Adjacency {
  readonly start: Int32Array;
  readonly target: Int32Array;
}

export function outgoing(count: number, from: Int32Array, to: Int32Array): Adjacency {
  const start = new Int32Array(count + 1);
  for (const node of from) start[node + 1] = start[node + 1]! + 1;
  for (let node = 0; node < count; node++) start[node + 1] = start[node + 1]! + start[node]!;
  const at = start.slice();
  const target = new Int32Array(to.length);
  for (let edge = 0; edge < to.length; edge++) {
    const node = from[edge]!;
    const place = at[node]!;
    target[place] = to[edge]!;
    at[node] = place + 1;
  }
  return { start, target };
}
