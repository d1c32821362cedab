import { UserError } from "../errors/user-error.ts";
import type { ResultRef } from "../events/run-event.ts";
import type { RunView } from "../events/run-view.ts";
import { bringFile } from "../store/bring-file.ts";
import { filesOfResult, inRunFolder, isWholeResult } from "../store/result-files.ts";
import { canBeRead } from "./earlier-attempt.ts";

/** A run that results are taken from. */
export interface DeferredRun {
  readonly id: string;
  /** Its folder. */
  readonly path: string;
  readonly view: RunView;
}

/** Results of an earlier run, for one that runs a part of the flow. */
export class DeferredResults {
  /** First asked first. */
  readonly #runs: readonly DeferredRun[];
  readonly #runFolder: string;

  /** @param runFolder of the run that gets them. */
  constructor(runs: readonly DeferredRun[], runFolder: string) {
    this.#runs = runs;
    this.#runFolder = runFolder;
  }

  has(taskRun: string): boolean {
    return this.#find(taskRun) !== undefined;
  }

  /**
   * Puts the files of a task run's result into the run's own folder: the other run may be deleted.
   * @throws {UserError} where there is none, or it isn't as it was written.
   */
  async bring(taskRun: string): Promise<{ readonly result: ResultRef; readonly from: string }> {
    const found = this.#find(taskRun);
    if (found === undefined)
      throw new UserError(
        `The run '${this.#runs.at(-1)?.id}' has no result of '${taskRun}'. Name another, --defer <run>, or run it, too: --until.`,
      );
    const { run, result } = found;
    const isWhole = await isWholeResult(result, inRunFolder(run.path));
    if (!isWhole || !(await canBeRead(result, run.path)))
      throw new UserError(
        `The result of '${taskRun}' in the run '${run.id}' isn't as it was written, or what it reads has changed: run it, too, --until.`,
      );
    if (run.path !== this.#runFolder)
      for (const { path } of filesOfResult(result))
        await bringFile(inRunFolder(run.path)(path), inRunFolder(this.#runFolder)(path));
    return { result, from: run.id };
  }

  #find(taskRun: string): { readonly run: DeferredRun; readonly result: ResultRef } | undefined {
    for (const run of this.#runs) {
      const result = run.view.taskRuns.get(taskRun)?.completion?.result;
      if (result !== undefined) return { run, result };
    }
    return undefined;
  }
}
