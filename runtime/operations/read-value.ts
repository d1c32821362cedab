import { loadResult } from "../crossing/result-file.ts";
import { thrownFrom } from "../errors/error-from.ts";
import { UserError } from "../errors/user-error.ts";
import type { ResultRef } from "../events/run-event.ts";
import { rootFlowRun } from "../events/run-ids.ts";
import { formatState } from "../events/states.ts";
import type { StoredRun } from "../store/read-run.ts";
import type { Session, TableHandle } from "../tables/session.ts";

/**
 * What the flow's body returned. Tables in it can be read as long as the run's folder is there.
 * @throws {UserError} where the run did not complete; its cause is what it failed with.
 */
export async function flowResult(run: StoredRun): Promise<unknown> {
  const { info, state, view } = run;
  const root = view.flowRuns.get(rootFlowRun);
  if (state.type === "COMPLETED") return root?.result && readValue(run, root.result);
  const first = [...view.taskRuns.values()].find(({ error }) => error !== undefined)?.error;
  const error = root?.error ?? first;
  throw new UserError(`The run '${info.id}' ended in state ${formatState(state)}`, {
    ...(error === undefined ? {} : { cause: thrownFrom(error) }),
    source: error?.source,
  });
}

/** A stored result as a value in this process. */
export async function readValue(run: Pick<StoredRun, "path" | "info">, result: ResultRef): Promise<unknown> {
  const session = result.tables === undefined ? undefined : await sessionFor(run);
  return loadResult(result, run.path, {
    resource: (id) => ({ resource: id }),
    table: (_session, handle) => session?.table(handle as TableHandle), // a session's own, written by storeResult
  });
}

/** The engine is loaded for tables only. */
async function sessionFor(run: Pick<StoredRun, "path" | "info">): Promise<Session> {
  const { openResultSession } = await import("./result-session.ts");
  return openResultSession(run);
}
