import assert from "node:assert/strict";
import fc from "fast-check";
import { isotonicFit } from "../../../webview/graph/layout/coordinates.ts";
import { assignLayers } from "../../../webview/graph/layout/layers.ts";
import {
  inside,
  type LayoutInput,
  type LayoutResult,
  layOutGraph,
} from "../../../webview/graph/layout/layout-graph.ts";

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

  it("gives the same picture for the same graph", () => {
    fc.assert(
      fc.property(nestedGraph(), (input) => assert.deepEqual(layOutGraph(input), layOutGraph(input))),
      { numRuns: 30 },
    );
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

/** Graphs whose nodes are, some of them, inside others; edges join siblings. */
function nestedGraph(): fc.Arbitrary<LayoutInput> {
  return fc
    .record({
      parents: fc.array(fc.integer({ min: -1, max: 40 }), { minLength: 1, maxLength: 40 }),
      kinds: fc.array(fc.constantFrom(inside.layers, inside.grid), { minLength: 40, maxLength: 40 }),
      edges: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 60 }),
      direction: fc.constantFrom("right", "down"),
    })
    .map(({ parents, kinds, edges, direction }) => {
      const parent = Int32Array.from(parents, (p, i) => (i === 0 ? -1 : Math.min(p, i - 1)));
      const holds = new Set(parent);
      const siblings = edges.filter(([a, b]) => a < b && b < parent.length && parent[a] === parent[b]);
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
