import type { FlowGraph, GraphNode } from "../../events/flow-graph.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import { namesOfRuns } from "./mapped-runs.ts";
import { paint } from "./style.ts";

/**
 * A graph as text: layer by layer, so that what stands in one layer can run at the same time, each with
 * what it needs; the runs of one `.map` call in one line; what a subflow calls below it.
 */
export function graphText(graph: FlowGraph): string[] {
  const nested = nestedNodes(graph);
  const lines = [paint("bold", visibleLine(graph.flow))];
  const draw = (parent: string | undefined, indent: string) => {
    const nodes = nested.get(parent) ?? [];
    for (const node of nodes.filter(({ kind }) => kind === "resource")) {
      lines.push(`${indent}${paint("magenta", "◇")} ${visibleLine(node.id)}  ${paint("dim", "(resource)")}`);
    }
    for (const [layer, members] of layers(graph, nodes).entries()) {
      for (const [
        i,
        {
          nodes: [node],
          count,
        },
      ] of members.entries()) {
        const number = i === 0 ? String(layer + 1) : "";
        const needs = needsOf(graph, node, nodes);
        const what =
          count > 1
            ? `${visibleLine(node.task ?? "")}  ${paint("cyan", `× ${count}`)}`
            : node.kind === "map"
              ? `${visibleLine(node.task ?? "")}  ${paint("cyan", "× one for each item")}`
              : nameIn(node, parent);
        const kind = node.kind === "flow" ? `  ${paint("dim", "(subflow)")}` : "";
        const after = needs.length === 0 ? "" : paint("dim", `  ← ${visibleLine(needs.join(", "))}`);
        lines.push(`${indent}${number.padStart(2)} ${what}${kind}${after}`);
        draw(node.id, `${indent}     `);
      }
    }
  };
  draw(undefined, "");
  return lines;
}

/** Nodes by the subflow that they are in. */
export function nestedNodes(graph: FlowGraph): Map<string | undefined, GraphNode[]> {
  const nested = new Map<string | undefined, GraphNode[]>();
  for (const node of graph.nodes) {
    const siblings = nested.get(node.parent);
    if (siblings === undefined) nested.set(node.parent, [node]);
    else siblings.push(node);
  }
  return nested;
}

/** One node, or the runs of one `.map` call. */
interface Member {
  readonly nodes: readonly [GraphNode, ...GraphNode[]];
  readonly count: number;
}

/** A node is one layer below the lowest that it needs. */
function layers(graph: FlowGraph, nodes: readonly GraphNode[]): Member[][] {
  const depth = new Map<string, number>();
  const result: Member[][] = [];
  const groups = new Map<string, { nodes: [GraphNode, ...GraphNode[]]; count: number }>();
  for (const node of nodes) {
    if (node.kind === "resource") continue;
    // What a node needs was called before it.
    const needed = graph.edges.filter(({ to }) => to === node.id).map(({ from }) => depth.get(from) ?? -1);
    const layer = Math.max(-1, ...needed) + 1;
    depth.set(node.id, layer);
    const group = node.mapped && `${layer} ${node.mapped.group}`;
    const known = group === undefined ? undefined : groups.get(group);
    if (known !== undefined) {
      known.count++;
      known.nodes.push(node);
      continue;
    }
    const member = { nodes: [node] as [GraphNode], count: 1 };
    if (group !== undefined) groups.set(group, member);
    result[layer] ??= [];
    result[layer].push(member);
  }
  return result;
}

function needsOf(graph: FlowGraph, node: GraphNode, siblings: readonly GraphNode[]): string[] {
  const names = new Map(siblings.map((sibling) => [sibling.id, sibling]));
  const edges = graph.edges.filter(({ to }) => to === node.id);
  const nameOf = (id: string) => {
    const needed = names.get(id);
    return needed?.kind === "resource" ? id : (needed?.name ?? id);
  };
  return [false, true].flatMap((mayFail) => {
    const ids = edges.filter(({ allowFailure = false }) => allowFailure === mayFail).map(({ from }) => from);
    const needs = namesOfRuns(ids, (id) => names.get(id), nameOf);
    return mayFail ? needs.map((name) => `${name} (may fail)`) : needs;
  });
}

function nameIn(node: GraphNode, parent: string | undefined): string {
  return visibleLine(parent === undefined ? node.id : node.name);
}
