import type { FlowGraph, GraphNode } from "../../events/flow-graph.ts";
import { nestedNodes } from "./graph-text.ts";

/** A graph as a Mermaid flowchart. Names are quoted, so that nothing in them is taken for syntax. */
export function graphMermaid(graph: FlowGraph): string[] {
  const names = new Map(graph.nodes.map((node, i) => [node.id, `n${i}`]));
  const nested = nestedNodes(graph);
  const lines = ["flowchart LR"];
  const draw = (parent: string | undefined, indent: string) => {
    for (const node of nested.get(parent) ?? []) {
      const name = names.get(node.id) ?? "";
      if (nested.has(node.id)) {
        lines.push(`${indent}subgraph ${name}[${quote(node.name)}]`);
        draw(node.id, `${indent}  `);
        lines.push(`${indent}end`);
      } else {
        lines.push(`${indent}${name}${shape(node)}`);
      }
    }
  };
  draw(undefined, "  ");
  const drawn = new Set<string>();
  for (const { from, to, allowFailure } of graph.edges) {
    const line = `  ${names.get(from)} ${allowFailure ? "-.->" : "-->"} ${names.get(to)}`;
    if (!drawn.has(line)) lines.push(line);
    drawn.add(line);
  }
  return lines;
}

function shape({ kind, name, task }: GraphNode): string {
  switch (kind) {
    case "resource":
      return `[(${quote(name)})]`;
    case "flow":
      return `[[${quote(name)}]]`;
    case "map":
      return `[${quote(`${task ?? name} × one for each item`)}]`;
    case "task":
      return `[${quote(name)}]`;
    default:
      return kind satisfies never;
  }
}

/** Mermaid reads entities such as `#quot;` inside quotes, and markdown after a backtick. */
function quote(text: string): string {
  const entities: Record<string, string> = {
    '"': "#quot;",
    "#": "#35;",
    "<": "#lt;",
    ">": "#gt;",
    "&": "#amp;",
    "`": "#96;",
    "\\": "#92;",
  };
  return `"${text.replaceAll(/["#<>&`\\]/g, (letter) => entities[letter] ?? letter).replaceAll(/\s+/g, " ")}"`;
}
