import type { FlowGraph } from "./flow-graph.ts";
import type { ParameterField } from "./parameter-field.ts";

/** What a form and a graph need of a flow before it runs, as `millrace inspect` prints it. */
export interface InspectedFlow {
  readonly flow: string;
  readonly description: string | null;
  /** Absolute. */
  readonly file: string;
  readonly parameters: readonly ParameterField[];
  readonly plan: FlowGraph;
}
