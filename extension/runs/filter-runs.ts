import * as vscode from "vscode";
import type { StateType } from "../../runtime/events/states.ts";
import { type PickItem, pickMany } from "../shown/questions.ts";
import { untilSeen } from "../until-seen.ts";
import type { RunFilter } from "./run-filter.ts";

const states: readonly { readonly type: StateType; readonly label: string }[] = [
  { type: "RUNNING", label: "Running" },
  { type: "COMPLETED", label: "Completed" },
  { type: "FAILED", label: "Failed" },
  { type: "CRASHED", label: "Crashed" },
  { type: "CANCELLED", label: "Cancelled" },
];

type Item = PickItem & { readonly flow?: string; readonly state?: StateType };

/** Asks which runs to show. @returns undefined when the question is dismissed. */
export async function askRunFilter(
  flows: readonly string[],
  filter: RunFilter,
): Promise<RunFilter | undefined> {
  const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: Item[] = [
    heading("State"),
    ...states.map(({ type, label }): Item => ({ label, state: type, picked: filter.states.includes(type) })),
    heading("Flow"),
    ...flows.map((flow): Item => ({ label: flow, flow, picked: filter.flows.includes(flow) })),
  ];
  const picked = await untilSeen(() =>
    pickMany(items, {
      title: "Filter Runs",
      placeHolder: "Which runs to show; nothing ticked shows all",
    }),
  );
  if (picked === undefined) return undefined;
  return {
    flows: picked.flatMap(({ flow }) => (flow === undefined ? [] : [flow])),
    states: picked.flatMap(({ state }) => (state === undefined ? [] : [state])),
  };
}
