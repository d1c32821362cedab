import type { ParameterField } from "../../runtime/discovery/parameters.ts";
import type { Plan } from "../../webview/contract.ts";

/** As `millrace inspect --json` prints it. */
export interface InspectedFlow {
  readonly flow: string;
  readonly description?: string;
  readonly parameters: readonly ParameterField[];
  readonly plan?: Plan;
}

export type ParameterValues = { readonly [name: string]: unknown };
