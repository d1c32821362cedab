import type { ErrorReport, SourceLocation } from "../errors/error-report.ts";

/** A flow's graph as it is known without a run. Ids are those that a run's task runs and flow runs get. */
export interface FlowGraph {
  readonly flow: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Why there may be more than is shown. */
  readonly partial?: string;
  /** Parameters without a value for which something of their type was taken. */
  readonly standIns?: readonly string[];
  /** Secrets that the bodies asked for, of which they got a stand-in; whether there is one where the graph was made. */
  readonly secrets?: readonly { readonly name: string; readonly isThere: boolean }[];
  /** What its author may not have meant. */
  readonly warnings?: readonly FlowWarning[];
  /** What the flow's body threw. */
  readonly error?: ErrorReport;
}

export interface FlowWarning {
  readonly message: string;
  readonly source?: SourceLocation;
}

export interface GraphNode {
  readonly id: string;
  readonly name: string;
  /** A `map` is open: one task run for each item of what isn't there yet. */
  readonly kind: "task" | "map" | "flow" | "resource";
  readonly task?: string;
  readonly source?: SourceLocation;
  /** The subflow that it is in. */
  readonly parent?: string;
  /** Set for the runs of one `.map` call. */
  readonly mapped?: { readonly group: string; readonly index: number };
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Where the value goes: `[0]`, `[1].titles`; absent where only the order counts. */
  readonly argument?: string;
  readonly allowFailure?: boolean;
}
