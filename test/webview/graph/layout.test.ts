import assert from "node:assert/strict";
import fc from "fast-check";
import { isotonicFit, placeAcross } from "../../../webview/graph/layout/coordinates.ts";
import { assignLayers, outgoing } from "../../../webview/graph/layout/layers.ts";
import {
  inside,
  type LayoutInput,
  type LayoutResult,
  layOutGraph,
} from "../../../webview/graph/layout/layout-graph.ts";
import { crossingCounter, orderLayers } from "../../../webview/graph/layout/ordering.ts";

describe("the graph's layout", () => {
  it("puts every node on a later layer than all its upstream nodes", () => {
    fc.assert(
      fc.property(acyclicGraph(), ({ count, from, to }) => {
        const layers = assignLayers(count, from, to);
        for (const [edge, source] of from.entries()) {
          assert.ok((layers[source] ?? 0) < (layers[to[edge] ?? 0] ?? 0));
        }
      }),
    );
  });

  it("ends with a layer for each node where edges make cycles", () => {
    assert.deepEqual([...assignLayers(3, Int32Array.of(0, 1, 2), Int32Array.of(1, 2, 0))], [0, 1, 2]);
    assert.deepEqual([...assignLayers(1, Int32Array.of(0), Int32Array.of(0))], [0]);
  });

  it("lets no two nodes of the same parent overlap, in either direction", () => {
    fc.assert(
      fc.property(nestedGraph(), (input) => {
        const result = layOutGraph(input);
        for (let a = 0; a < input.parent.length; a++) {
          for (let b = a + 1; b < input.parent.length; b++) {
            if (input.parent[a] === input.parent[b])
              assert.ok(!overlap(result, a, b), `${a} and ${b} overlap`);
          }
        }
      }),
    );
  });

  it("draws what is in a node inside it, below its headroom", () => {
    fc.assert(
      fc.property(nestedGraph(), (input) => {
        const { x, y, width, height } = layOutGraph(input);
        for (const [node, parent] of input.parent.entries()) {
          if (parent === -1) continue;
          const at = (list: Float64Array, i: number) => list[i] ?? 0;
          assert.ok(at(x, node) >= at(x, parent));
          assert.ok(at(y, node) >= at(y, parent) + at(input.headroom, parent));
          assert.ok(at(x, node) + at(width, node) <= at(x, parent) + at(width, parent));
          assert.ok(at(y, node) + at(height, node) <= at(y, parent) + at(height, parent));
        }
      }),
    );
  });

  it("leads each edge from its source's far side to its target's near side", () => {
    const result = layOutGraph(flat(2, Int32Array.of(0), Int32Array.of(1), []));
    assert.deepEqual([...(result.routes[0] ?? [])], [100, 20, 164, 20]);
  });

  it("keeps the order of what is shown already when a node is added", () => {
    fc.assert(
      fc.property(acyclicGraph(), ({ count, from, to }) => {
        const before = layOutGraph(flat(count, from, to, []));
        const centres = Array.from(
          { length: count },
          (_, i) => (before.y[i] ?? 0) + (before.height[i] ?? 0) / 2,
        );
        const after = layOutGraph(
          flat(count + 1, Int32Array.of(...from, 0), Int32Array.of(...to, count), [...centres, Number.NaN]),
        );
        const layers = assignLayers(count, from, to);
        // Joining two parts of the graph may move them; within what was joined already nothing changes places.
        const joined = partsOf(count, from, to);
        for (let a = 0; a < count; a++) {
          for (let b = 0; b < count; b++) {
            if (layers[a] !== layers[b] || joined[a] !== joined[b] || count < 3) continue;
            if ((centres[a] ?? 0) < (centres[b] ?? 0)) assert.ok((after.y[a] ?? 0) < (after.y[b] ?? 0));
          }
        }
      }),
    );
  });

  it("draws trees without a crossing, whichever way they branch and in whatever order they come", () => {
    fc.assert(
      fc.property(shuffledTree(), fc.boolean(), ({ count, from, to }, joins) => {
        const drawn = joins ? layOutGraph(flat(count, to, from, [])) : layOutGraph(flat(count, from, to, []));
        assert.equal(drawnCrossings(drawn), 0);
      }),
    );
  });

  it("counts the crossings of an order, as looking at each pair of edges does", () => {
    fc.assert(
      fc.property(layeredGraph(), ({ layers, from, to }) => {
        const place = new Float64Array(layers.flat().length);
        for (const layer of layers) for (const [i, node] of layer.entries()) place[node] = i;
        const typed = layers.map((layer) => Int32Array.from(layer));
        const count = crossingCounter(typed, outgoing(place.length, from, to), place);
        assert.equal(count(), crossings(layers, from, to));
      }),
    );
  });

  it("orders layers with no more crossings than the given order has, and no more by further sweeps", () => {
    fc.assert(
      fc.property(layeredGraph(), ({ layers, from, to }) => {
        const count = layers.flat().length;
        let fewest = crossings(layers, from, to);
        for (let sweeps = 0; sweeps <= 6; sweeps++) {
          const ordered = layers.map((layer) => Int32Array.from(layer));
          orderLayers(ordered, outgoing(count, from, to), outgoing(count, to, from), sweeps);
          const found = ordered.map((layer) => [...layer]);
          assert.deepEqual(
            found.map((layer) => layer.toSorted((a, b) => a - b)),
            layers.map((layer) => layer.toSorted((a, b) => a - b)),
          );
          assert.ok(crossings(found, from, to) <= fewest);
          fewest = crossings(found, from, to);
        }
      }),
    );
  });

  it("places each layer as near to what is above it as its gaps allow, bends of long edges nearer than nodes", () => {
    fc.assert(
      fc.property(
        layeredGraph(),
        fc.nat(),
        fc.infiniteStream(fc.integer({ min: 1, max: 60 })),
        (graph, real, sizes) => {
          const { layers, from, to } = graph;
          const count = layers.flat().length;
          const size = Float64Array.from({ length: count }, () => sizes.next().value);
          const nodes = real % (count + 1);
          const gap = 20;
          const up = outgoing(count, to, from);
          const centre = placeAcross(
            layers.map((layer) => Int32Array.from(layer)),
            outgoing(count, from, to),
            up,
            size,
            gap,
            nodes,
          );
          const at = (list: ArrayLike<number>, i: number | undefined) => list[i ?? -1] ?? Number.NaN;
          const room = (a: number | undefined, b: number | undefined) =>
            at(centre, b) - at(centre, a) - (at(size, a) + at(size, b)) / 2 - gap;
          for (const layer of layers)
            for (let i = 1; i < layer.length; i++) assert.ok(room(layer[i - 1], layer[i]) > -1e-6);

          // A convex problem: what no run of neighbours can better by a small step is the best.
          const step = 1e-3;
          for (const layer of layers.slice(1)) {
            const gain = layer.map((node) => (by: number) => {
              const above = up.target.slice(up.start[node], up.start[node + 1]);
              if (above.length === 0) return 0.1 * by ** 2; // they keep their place, unless they are pushed: all but free
              const mean = above.reduce((sum, other) => sum + at(centre, other), 0) / above.length;
              const off = at(centre, node) - mean;
              return (node >= nodes ? 4 : 1) * ((off + by) ** 2 - off ** 2);
            });
            const isFree = (node: number) => up.start[node] === up.start[node + 1];
            for (let first = 0; first < layer.length; first++) {
              for (let last = first; last < layer.length && !isFree(at(layer, last)); last++) {
                const cost = (by: number) =>
                  gain.slice(first, last + 1).reduce((sum, each) => sum + each(by), 0);
                if (first === 0 || room(layer[first - 1], layer[first]) > step)
                  assert.ok(cost(-step) > -1e-6);
                if (last === layer.length - 1 || room(layer[last], layer[last + 1]) > step)
                  assert.ok(cost(step) > -1e-6);
              }
            }
          }
        },
      ),
    );
  });

  it("stands each node over the middle of what it alone leads to", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }), (widths) => {
        const parents = widths.length;
        const from = Int32Array.from(widths.flatMap((width, parent) => Array<number>(width).fill(parent)));
        const to = from.map((_, child) => parents + child);
        const count = parents + from.length;
        const centre = placeAcross(
          [Int32Array.from(widths.keys()), to],
          outgoing(count, from, to),
          outgoing(count, to, from),
          new Float64Array(count).fill(40),
          20,
          count,
        );
        for (const parent of widths.keys()) {
          const children = [...to]
            .filter((_, edge) => from[edge] === parent)
            .map((child) => centre[child] ?? 0);
          const middle = children.reduce((sum, place) => sum + place, 0) / children.length;
          assert.ok(Math.abs((centre[parent] ?? 0) - middle) < 1e-6);
        }
      }),
    );
  });

  it("gives the same picture for the same graph, and leaves that as it is", () => {
    fc.assert(
      fc.property(nestedGraph(), (input) => {
        const before = structuredClone(input);
        assert.deepEqual(layOutGraph(input), layOutGraph(input));
        assert.deepEqual(input, before);
      }),
      { numRuns: 30 },
    );
  });

  it("fills the room of a node whose members stand side by side row by row", () => {
    const members = 7;
    const { x, y } = layOutGraph({
      ...flat(1 + members, new Int32Array(), new Int32Array(), []),
      parent: Int32Array.from({ length: 1 + members }, (_, node) => (node === 0 ? -1 : 0)),
      inside: Uint8Array.from({ length: 1 + members }, (_, node) =>
        node === 0 ? inside.grid : inside.nothing,
      ),
    });
    const places = Array.from({ length: members }, (_, i) => `${x[1 + i]},${y[1 + i]}`);
    assert.equal(places.join(" "), "24,0 136,0 24,52 136,52 24,104 136,104 24,156");
  });

  it("fits a sequence by least squares: never falling, and means where it would", () => {
    assert.deepEqual(
      [...isotonicFit(Float64Array.of(1, 3, 2, 4), Float64Array.of(1, 1, 1, 1))],
      [1, 2.5, 2.5, 4],
    );
    assert.deepEqual([...isotonicFit(Float64Array.of(3, 0), Float64Array.of(1, 2))], [1, 1]);
  });
});

function acyclicGraph(): fc.Arbitrary<{ count: number; from: Int32Array; to: Int32Array }> {
  return fc.integer({ min: 1, max: 30 }).chain((count) =>
    fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 60 }).map((pairs) => {
      const edges = pairs
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
      return {
        count,
        from: Int32Array.from(edges, ([a]) => a),
        to: Int32Array.from(edges, ([, b]) => b),
      };
    }),
  );
}

/** Trees that branch from their roots, whose nodes and edges are numbered as chance has it. */
function shuffledTree(): fc.Arbitrary<{ count: number; from: Int32Array; to: Int32Array }> {
  return fc.array(fc.nat(), { minLength: 2, maxLength: 30 }).chain((parents) =>
    fc.shuffledSubarray([...parents.keys()], { minLength: parents.length }).map((names) => {
      const children = [...parents.keys()].slice(1);
      return {
        count: parents.length,
        from: Int32Array.from(children, (child) => names[(parents[child] ?? 0) % child] ?? 0),
        to: Int32Array.from(children, (child) => names[child] ?? 0),
      };
    }),
  );
}

/** Layers of a few nodes each, with edges from one to the next, some of them twice. */
function layeredGraph(): fc.Arbitrary<{ layers: number[][]; from: Int32Array; to: Int32Array }> {
  return fc
    .record({
      widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 5 }),
      ends: fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 40 }),
    })
    .map(({ widths, ends }) => {
      let next = 0;
      const layers = widths.map((width) => Array.from({ length: width }, () => next++));
      const edges = ends.map(([layer, a, b]) => {
        const above = layers[layer % (layers.length - 1)] ?? [];
        const below = layers[(layer % (layers.length - 1)) + 1] ?? [];
        return [above[a % above.length] ?? 0, below[b % below.length] ?? 0] as const;
      });
      return { layers, from: Int32Array.from(edges, ([a]) => a), to: Int32Array.from(edges, ([, b]) => b) };
    });
}

/** Pairs of edges that cross in the given order, each pair looked at. */
function crossings(layers: readonly (readonly number[])[], from: Int32Array, to: Int32Array): number {
  const layerOf = new Map(layers.flatMap((layer, i) => layer.map((node) => [node, i])));
  const place = new Map(layers.flatMap((layer) => layer.map((node, i) => [node, i])));
  const edges = [...from].map((node, edge) => ({
    layer: layerOf.get(node),
    start: place.get(node) ?? 0,
    end: place.get(to[edge] ?? 0) ?? 0,
  }));
  return pairsOf(edges).filter(([a, b]) => a.layer === b.layer && (a.start - b.start) * (a.end - b.end) < 0)
    .length;
}

/** Pairs of lines that cross between two layers, where all nodes are of one width. */
function drawnCrossings({ routes }: LayoutResult): number {
  const lines = routes.flatMap((route) =>
    Array.from({ length: route.length / 4 }, (_, i) => ({
      x: route[4 * i] ?? 0,
      start: route[4 * i + 1] ?? 0,
      end: route[4 * i + 3] ?? 0,
    })),
  );
  return pairsOf(lines).filter(([a, b]) => a.x === b.x && (a.start - b.start) * (a.end - b.end) < 0).length;
}

function pairsOf<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}

/** Graphs whose nodes are, some of them, inside others; edges join siblings. */
function nestedGraph(): fc.Arbitrary<LayoutInput> {
  return fc
    .record({
      parents: fc.array(fc.integer({ min: -1, max: 40 }), { minLength: 1, maxLength: 40 }),
      kinds: fc.array(fc.constantFrom(inside.layers, inside.grid), { minLength: 40, maxLength: 40 }),
      edges: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 60 }),
      deepest: fc.nat(3),
      direction: fc.constantFrom("right", "down"),
    })
    .map(({ parents, kinds, edges, direction, deepest }) => {
      // Few parents, so that most nodes have siblings: without those there are no edges.
      const parent = Int32Array.from(parents, (p, i) => (i === 0 ? -1 : Math.min(p, i - 1, deepest - 1)));
      const holds = new Set(parent);
      const siblings = edges.flatMap(([a, b]) => {
        const source = a % parent.length;
        const others = [...parent.keys()].filter((i) => i !== source && parent[i] === parent[source]);
        const target = others[b % others.length];
        return target === undefined ? [] : [[source, target] as const];
      });
      return {
        direction: direction as "right" | "down", // one of the constants
        parent,
        inside: Uint8Array.from(parent, (_, i) =>
          holds.has(i) ? (kinds[i] ?? inside.grid) : inside.nothing,
        ),
        width: new Float64Array(parent.length).fill(100),
        height: new Float64Array(parent.length).fill(40),
        headroom: new Float64Array(parent.length).fill(50),
        from: Int32Array.from(siblings, ([a]) => a),
        to: Int32Array.from(siblings, ([, b]) => b),
        earlier: new Float64Array(parent.length).fill(Number.NaN),
      };
    });
}

function flat(count: number, from: Int32Array, to: Int32Array, earlier: readonly number[]): LayoutInput {
  return {
    direction: "right",
    parent: new Int32Array(count).fill(-1),
    inside: new Uint8Array(count),
    width: new Float64Array(count).fill(100),
    height: new Float64Array(count).fill(40),
    headroom: new Float64Array(count),
    from,
    to,
    earlier: Float64Array.from({ length: count }, (_, i) => earlier[i] ?? Number.NaN),
  };
}

function partsOf(count: number, from: Int32Array, to: Int32Array): number[] {
  const part = Array.from({ length: count }, (_, i) => i);
  for (let round = 0; round < count; round++) {
    for (const [edge, a] of from.entries()) {
      const b = to[edge] ?? 0;
      const least = Math.min(part[a] ?? 0, part[b] ?? 0);
      part[a] = least;
      part[b] = least;
    }
  }
  return part;
}

function overlap({ x, y, width, height }: LayoutResult, a: number, b: number): boolean {
  const at = (list: Float64Array, i: number) => list[i] ?? 0;
  const gap = 1e-6;
  return (
    at(x, a) + at(width, a) > at(x, b) + gap &&
    at(x, b) + at(width, b) > at(x, a) + gap &&
    at(y, a) + at(height, a) > at(y, b) + gap &&
    at(y, b) + at(height, b) > at(y, a) + gap
  );
}
