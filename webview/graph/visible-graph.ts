import { nameOfRun, rootFlowRun } from "../../runtime/events/run-ids.ts";
import type { RunItem, RunItems } from "./run-items.ts";

/** Graphs with more nodes than this start with subflows closed and like tasks grouped. */
export const mostUngrouped = 200;

/** A node as it is drawn. */
export interface VisibleNode {
  readonly id: string;
  /** `mapped` holds the runs of one map call, `alike` runs of one task that are equally far down the graph. */
  readonly kind: "task" | "flow" | "mapped" | "alike";
  readonly label: string;
  /** The node that it is drawn in; undefined at the top. */
  readonly parent: string | undefined;
  /** What it holds is drawn inside it. */
  readonly open: boolean;
  /** The task runs that its state sums up: itself, or all in it. */
  readonly runs: readonly string[];
}

export interface VisibleEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The runs that the values come from. */
  readonly sources: readonly string[];
  /** Where the values go, as arguments. Empty where only the order counts. */
  readonly arguments: readonly string[];
}

export interface VisibleBracket {
  readonly id: string;
  readonly label: string;
  /** The nodes that it holds, all inside the same node. */
  readonly nodes: readonly string[];
  readonly parent: string | undefined;
}

export interface VisibleGraph {
  /** Each after the node that it is in. */
  readonly nodes: readonly VisibleNode[];
  readonly edges: readonly VisibleEdge[];
  readonly brackets: readonly VisibleBracket[];
}

export interface Grouping {
  readonly opened: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
  /** Whether a large graph starts grouped. */
  readonly grouped: boolean;
  /** Only these runs are shown, and what holds them. */
  readonly only: ReadonlySet<string> | undefined;
}

/** Decides what is drawn: which groups there are, which are open, and which edges join what is left. */
export function makeVisibleGraph({ items, resources }: RunItems, grouping: Grouping): VisibleGraph {
  const shown = [...items.values()].filter((item) => grouping.only?.has(item.id) ?? true);
  const children = new Map<string, RunItem[]>();
  for (const item of shown) {
    const parent = items.has(item.parent) ? item.parent : rootFlowRun;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [item]);
    else siblings.push(item);
  }
  const large = grouping.grouped && countUngrouped(shown) > mostUngrouped;
  const isOpen = (id: string, byDefault: boolean) =>
    grouping.opened.has(id) || (byDefault && !grouping.closed.has(id));

  const nodes: VisibleNode[] = [];
  /** Of each run: the nodes that it is drawn in, outermost first; the last stands for it. */
  const pathOf = new Map<string, readonly string[]>();

  place(rootFlowRun, undefined, []);
  const edges = joinEdges(shown, pathOf);
  const brackets = resources.flatMap((resource) => {
    const held = resource.holds.length > 0 ? resource.holds : idsOf(children.get(resource.flowRun) ?? []);
    const inFlow = pathOf.get(resource.flowRun) ?? [];
    const holds = new Set<string>();
    for (const run of held) {
      const node = pathOf.get(run)?.[inFlow.length];
      if (node !== undefined) holds.add(node);
    }
    return holds.size === 0
      ? []
      : [{ id: resource.id, label: nameOfRun(resource.name), nodes: [...holds], parent: inFlow.at(-1) }];
  });
  return { nodes, edges, brackets };

  function place(flowRun: string, parent: string | undefined, path: readonly string[]): void {
    const own = children.get(flowRun) ?? [];
    const repeated = namesInUse(own);
    const layers = large && own.length > mostUngrouped ? layersOf(own, items) : undefined;
    for (const { id, kind, members } of groupItems(own, layers)) {
      const [first] = members;
      if (first === undefined) continue;
      if (kind === "single") placeItem(first, parent, path, (repeated.get(first.of) ?? 0) > 1);
      else {
        const open = isOpen(id, false);
        const inner = [...path, id];
        const runs = members.flatMap((item) => runsIn(item));
        nodes.push({ id, kind, label: first.of, parent, open, runs });
        for (const item of members) {
          if (open && item.kind !== "map") placeItem(item, id, inner, true);
          else settle(item, inner);
        }
      }
    }
  }

  function placeItem(
    item: RunItem,
    parent: string | undefined,
    path: readonly string[],
    numbered: boolean,
  ): void {
    const inner = [...path, item.id];
    const label = numbered && item.kind === "task" ? nameOfRun(item.name) : item.of;
    pathOf.set(item.id, inner);
    if (item.kind === "task") {
      nodes.push({ id: item.id, kind: "task", label, parent, open: false, runs: [item.id] });
      return;
    }
    const holds = (children.get(item.id)?.length ?? 0) > 0;
    const open = holds && isOpen(item.id, !large);
    nodes.push({ id: item.id, kind: "flow", label, parent, open, runs: runsIn(item) });
    if (open) place(item.id, item.id, inner);
    else for (const child of children.get(item.id) ?? []) settle(child, inner);
  }

  /** What is not drawn itself is stood for by what holds it. */
  function settle(item: RunItem, path: readonly string[]): void {
    pathOf.set(item.id, path);
    for (const child of children.get(item.id) ?? []) settle(child, path);
  }

  function runsIn(item: RunItem): string[] {
    if (item.kind === "task") return [item.id];
    if (item.kind === "map") return []; // its task runs are items of their own
    return (children.get(item.id) ?? []).flatMap(runsIn);
  }
}

/** Begins the ids of nodes that hold the runs of a map call. */
export const mapPrefix = "map:";

/** The map call that an item is a run of, or that it is itself. */
function mapOf(item: RunItem): string | undefined {
  return item.kind === "map" ? item.id : item.mapped?.group;
}

function idsOf(items: readonly RunItem[]): string[] {
  return items.map((item) => item.id);
}

/** How many nodes there are with every subflow open and only mapped runs grouped. */
function countUngrouped(items: readonly RunItem[]): number {
  const groups = new Set<string>();
  let others = 0;
  for (const item of items) {
    const group = mapOf(item);
    if (group !== undefined) groups.add(group);
    else others++;
  }
  return groups.size + others;
}

/** How many runs of each task there are that are not mapped: where there are several their numbers show. */
function namesInUse(items: readonly RunItem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    if (mapOf(item) === undefined) counts.set(item.of, (counts.get(item.of) ?? 0) + 1);
  }
  return counts;
}

type ItemGroup = {
  readonly id: string;
  readonly kind: "single" | "mapped" | "alike";
  readonly members: RunItem[];
};

function groupItems(items: readonly RunItem[], layers: ReadonlyMap<string, number> | undefined): ItemGroup[] {
  const groups = new Map<string, ItemGroup>();
  for (const item of items) {
    const { id, kind } = groupOf(item, layers);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { id, kind, members: [item] });
    else group.members.push(item);
  }
  return [...groups.values()].map((group) =>
    group.kind === "alike" && group.members.length === 1 ? { ...group, kind: "single" } : group,
  );
}

function groupOf(
  item: RunItem,
  layers: ReadonlyMap<string, number> | undefined,
): { id: string; kind: ItemGroup["kind"] } {
  const map = mapOf(item);
  if (map !== undefined) return { id: `${mapPrefix}${map}`, kind: "mapped" };
  const layer = layers?.get(item.id);
  if (layer === undefined) return { id: item.id, kind: "single" };
  // Runs of one layer can't depend on each other, so groups of them make no cycles.
  return { id: `alike:${item.parent}:${item.of}:${layer}`, kind: "alike" };
}

/** How far down the graph each item is: one more than the last of what it depends on among its siblings. */
function layersOf(siblings: readonly RunItem[], items: ReadonlyMap<string, RunItem>): Map<string, number> {
  const parent = siblings[0]?.parent;
  const layers = new Map<string, number>();
  const visit = (item: RunItem): number => {
    const known = layers.get(item.id);
    if (known !== undefined) return known;
    // Whoever closes a cycle finds this.
    layers.set(item.id, 0);
    let layer = 0;
    for (const { run } of item.upstream) {
      const sibling = items.get(ancestorIn(run, parent, items) ?? "");
      if (sibling !== undefined && sibling !== item) layer = Math.max(layer, visit(sibling) + 1);
    }
    layers.set(item.id, layer);
    return layer;
  };
  // In the order of creation most upstream runs are known by the time they are asked for.
  for (const item of siblings) visit(item);
  return layers;
}

function ancestorIn(
  id: string,
  parent: string | undefined,
  items: ReadonlyMap<string, RunItem>,
): string | undefined {
  let item = items.get(id);
  while (item !== undefined && item.parent !== parent) item = items.get(item.parent);
  return item?.id;
}

/** Lifts each edge to where its ends part: the outermost nodes that hold one end and not the other. */
function joinEdges(items: readonly RunItem[], pathOf: ReadonlyMap<string, readonly string[]>): VisibleEdge[] {
  const edges = new Map<string, { from: string; to: string; sources: Set<string>; arguments: Set<string> }>();
  for (const item of items) {
    const target = pathOf.get(item.id);
    if (target === undefined) continue;
    for (const { run, argument } of item.upstream) {
      const source = pathOf.get(run);
      if (source === undefined) continue;
      let depth = 0;
      while (depth < source.length && source[depth] === target[depth]) depth++;
      const from = source[depth];
      const to = target[depth];
      if (from === undefined || to === undefined) continue;
      const id = `${from}\n${to}`;
      const edge = edges.get(id) ?? { from, to, sources: new Set(), arguments: new Set() };
      edge.sources.add(run);
      if (argument !== undefined) edge.arguments.add(argument);
      edges.set(id, edge);
    }
  }
  return [...edges].map(([id, edge]) => ({
    id,
    from: edge.from,
    to: edge.to,
    sources: [...edge.sources],
    arguments: [...edge.arguments],
  }));
}

/** The runs that lead to one, come from it, or both, with itself. */
export function related(
  items: ReadonlyMap<string, RunItem>,
  ids: readonly string[],
  which: "upstream" | "downstream" | "both",
): Set<string> {
  const found = new Set<string>(ids);
  if (which !== "downstream") spread(ids, (id) => items.get(id)?.upstream.map(({ run }) => run) ?? []);
  if (which !== "upstream") {
    const below = new Map<string, string[]>();
    for (const item of items.values()) {
      for (const { run } of item.upstream) {
        const list = below.get(run);
        if (list === undefined) below.set(run, [item.id]);
        else list.push(item.id);
      }
    }
    spread(ids, (id) => below.get(id) ?? []);
  }
  // What holds them is needed to draw them.
  for (const id of [...found]) {
    for (let item = items.get(id); item !== undefined; item = items.get(item.parent)) found.add(item.id);
  }
  return found;

  function spread(start: readonly string[], next: (id: string) => readonly string[]): void {
    const seen = new Set(start);
    const queue = [...start];
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      found.add(id);
      for (const other of next(id)) {
        if (seen.has(other)) continue;
        seen.add(other);
        queue.push(other);
      }
    }
  }
}
