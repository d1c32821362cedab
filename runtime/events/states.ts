/** Prefect's state types: what a state means for whoever waits for it. */
export type StateType =
  | "SCHEDULED"
  | "PENDING"
  | "RUNNING"
  | "COMPLETED"
  | "FAILED"
  | "CRASHED"
  | "CANCELLING"
  | "CANCELLED";

const typeOf = {
  Scheduled: "SCHEDULED",
  AwaitingRetry: "SCHEDULED",
  Pending: "PENDING",
  NotReady: "PENDING",
  Running: "RUNNING",
  Retrying: "RUNNING",
  Completed: "COMPLETED",
  Cached: "COMPLETED",
  Failed: "FAILED",
  TimedOut: "FAILED",
  Crashed: "CRASHED",
  Cancelling: "CANCELLING",
  Cancelled: "CANCELLED",
} as const satisfies Record<string, StateType>;

/** Prefect's state names: what exactly happened. Each has one {@link StateType}. */
export type StateName = keyof typeof typeOf;

export interface State {
  readonly type: StateType;
  readonly name: StateName;
  readonly message?: string;
}

export const stateNames: readonly StateName[] = Object.keys(typeOf) as StateName[]; // keys of a closed literal

/** What a name means for whoever waits for it. */
export function stateTypeOf(name: StateName): StateType {
  return typeOf[name];
}

export function makeState(name: StateName, message?: string): State {
  const type = typeOf[name];
  return message === undefined ? { type, name } : { type, name, message };
}

/** Nothing more happens to a run in this state. `NotReady` ends a task run though Prefect types it PENDING. */
export function hasEnded(state: State): boolean {
  return (
    state.type === "COMPLETED" ||
    state.type === "FAILED" ||
    state.type === "CRASHED" ||
    state.type === "CANCELLED" ||
    state.name === "NotReady"
  );
}

/**
 * A state as Prefect prints it: `Completed()`, `Failed('message')`, `TimedOut('message', type=FAILED)`.
 * The type is shown where the name doesn't say it.
 */
export function formatState(state: State): string {
  const parts: string[] = [];
  if (state.message !== undefined) parts.push(pythonQuote(state.message));
  if (state.name.toUpperCase() !== state.type) parts.push(`type=${state.type}`);
  return `${state.name}(${parts.join(", ")})`;
}

/** A text in quotes, as Python writes it. */
export function pythonQuote(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  if (!escaped.includes("'")) return `'${escaped}'`;
  return escaped.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}

/**
 * The final state that a flow run's task runs decide, by the rule of Prefect 2: cancelled before failed, and
 * completed only when all are. What its body handled doesn't count against it, and is told.
 * @param handled states of failures that the body handled, and of what became NotReady below them.
 */
export function decideFlowState(states: Iterable<State>, handled: readonly State[] = []): State {
  let total = handled.length;
  let failed = 0;
  let cancelled = 0;
  let notEnded = 0;
  for (const state of states) {
    total++;
    if (state.type === "CANCELLED") cancelled++;
    else if (state.type === "FAILED" || state.type === "CRASHED") failed++;
    else if (state.type !== "COMPLETED") notEnded++;
  }
  if (cancelled > 0) return makeState("Cancelled", `${cancelled}/${total} states cancelled.`);
  if (failed > 0) return makeState("Failed", `${failed}/${total} states failed.`);
  if (notEnded > 0) return makeState("Failed", `${notEnded}/${total} states are not final.`);
  if (handled.length === 0) return makeState("Completed", "All states completed.");
  const below = handled.filter(({ name }) => name === "NotReady").length;
  const failures = handled.length - below;
  const told = [
    `${total - handled.length}/${total} states completed`,
    ...(failures > 0 ? [`${failures} failure${failures === 1 ? "" : "s"} handled`] : []),
    ...(below > 0 ? [`${below} not ready below`] : []),
  ];
  return makeState("Completed", `${told.join(", ")}.`);
}
