import { basename } from "node:path";
import { UserError } from "../errors/user-error.ts";
import type { RunEvent } from "../events/run-event.ts";
import type { RunInfo } from "./run-info.ts";

/** The most task runs of a run that is shown: a terminal, a panel and their memory bear these, and not any number. */
export const mostShown = 100_000;

/** A run that is too large to be shown. The message says what shows it all the same. */
class TooManyTaskRunsError extends UserError {
  override readonly name = "TooManyTaskRunsError";

  constructor(runFolder: string, most: number) {
    const id = basename(runFolder);
    super(
      `The run '${id}' has more than ${most.toLocaleString("en")} task runs, too many to be shown. 'millrace logs ${id}' prints its log.`,
    );
  }
}

/** @throws {TooManyTaskRunsError} for a run that says itself, when it has ended, that it has more. */
export function checkTaskRuns(runFolder: string, { tasks }: RunInfo, most: number): void {
  if (tasks !== undefined && tasks.total > most) throw new TooManyTaskRunsError(runFolder, most);
}

/** Counts the task runs that events tell of, of a run's last attempt. */
export class TaskRunCount {
  readonly #runFolder: string;
  readonly #most: number;
  #count = 0;

  constructor(runFolder: string, most: number) {
    this.#runFolder = runFolder;
    this.#most = most;
  }

  /** @throws {TooManyTaskRunsError} as soon as there are more. */
  add(events: readonly RunEvent[]): void {
    for (const { type } of events) {
      if (type === "run-started") this.#count = 0;
      if (type === "task-run-created" && ++this.#count > this.#most)
        throw new TooManyTaskRunsError(this.#runFolder, this.#most);
    }
  }
}
