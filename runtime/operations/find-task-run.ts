import { nearestName } from "../authoring/nearest-name.ts";
import { UsageError } from "../errors/user-error.ts";
import { currentTaskRuns, type TaskRunView } from "../events/run-view.ts";
import type { StoredRun } from "../store/read-run.ts";

/**
 * The task run that is meant: by its id, or by its task's name where that ran once.
 * @throws {UsageError} when there is none or more than one, with the name that was probably meant.
 */
export function findTaskRun({ view, info }: StoredRun, reference: string): TaskRunView {
  const known = view.taskRuns.get(reference);
  if (known !== undefined) return known;
  const all = currentTaskRuns(view);
  const ofTask = all.filter(({ task }) => task === reference);
  const [only] = ofTask;
  if (only !== undefined && ofTask.length === 1) return only;
  if (only !== undefined) {
    const some = ofTask.slice(0, 5).map(({ id }) => id);
    throw new UsageError(
      `'${reference}' ran ${ofTask.length} times: name one of ${some.join(", ")}${ofTask.length > some.length ? ", ..." : ""}.`,
    );
  }
  const hint = nearestName(
    reference,
    all.map(({ id }) => id),
  );
  throw new UsageError(
    `The run '${info.id}' has no task run '${reference}'.${hint === undefined ? "" : ` Did you mean '${hint}'?`} 'millrace show ${info.id}' lists them.`,
  );
}
