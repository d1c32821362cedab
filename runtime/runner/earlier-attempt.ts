import { WrittenFolders } from "../disk/written-folders.ts";
import type { ResultRef } from "../events/run-event.ts";
import type { RunView, TaskRunView } from "../events/run-view.ts";
import { baseOf } from "../store/relocation.ts";
import { areWholeFiles, inRunFolder, isWholeResult, type NamedFile } from "../store/result-files.ts";
import { fromStoredHandle } from "../worker/result-file.ts";
import type { RunNode } from "./run-node.ts";

/** What an earlier attempt of the run came to, for a resume to take what is still good. */
export class EarlierAttempt {
  readonly #view: RunView;
  /** Task runs that completed, with results and artifacts that are as they were written. */
  readonly #whole: ReadonlySet<string>;
  readonly #again: ReadonlySet<string>;

  private constructor(view: RunView, whole: ReadonlySet<string>, again: readonly string[]) {
    this.#view = view;
    this.#whole = whole;
    this.#again = new Set(again);
  }

  /**
   * Looks at all that could be taken: what isn't as it was written, whatever the reason, is made again.
   * @param again ids of task runs that are to run again though they had completed.
   */
  static async read(view: RunView, runFolder: string, again: readonly string[]): Promise<EarlierAttempt> {
    const fileIn = inRunFolder(runFolder);
    const artifacts = artifactFiles(view);
    const written = new WrittenFolders(baseOf(runFolder), runFolder, () => undefined);
    const whole = new Set<string>();
    for (const { id, state, result } of view.taskRuns.values()) {
      if (state.type !== "COMPLETED" || result === undefined) continue;
      if (!(await isWholeResult(result, fileIn))) continue;
      if (!(await areWholeFiles(artifacts.get(id) ?? [], fileIn))) continue;
      if (await canBeRead(result, runFolder, written)) whole.add(id);
    }
    return new EarlierAttempt(view, whole, again);
  }

  /**
   * The earlier run of a task if its result still holds: it completed, was called with the same, and nothing
   * above it has run again.
   */
  task(id: string, inputs: string, upstream: readonly RunNode[]): TaskRunView | undefined {
    const earlier = this.#view.taskRuns.get(id);
    if (earlier?.result === undefined || earlier.state.type !== "COMPLETED") return undefined;
    if (this.#again.has(id) || earlier.inputs !== inputs) return undefined;
    const isGood = upstream.every((node) => node.adopted && !this.#endedAfter(node.id, earlier));
    return isGood && this.#whole.has(id) ? earlier : undefined;
  }

  /** An attempt in between may have run an upstream again and ended before it came to this. */
  #endedAfter(upstream: string, run: TaskRunView): boolean {
    return (this.#view.taskRuns.get(upstream)?.ended ?? 0) > (run.ended ?? 0);
  }

  /** Whether a subflow came to the same result as before. */
  subflowIsSame(id: string, result: ResultRef): boolean {
    const earlier = this.#view.flowRuns.get(id)?.result;
    return earlier !== undefined && earlier.sha256 === result.sha256 && result.tables === undefined;
  }
}

/** Whether the files that the tables of a result are views of are as they were, or still kept so. */
async function canBeRead(result: ResultRef, runFolder: string, written: WrittenFolders): Promise<boolean> {
  for (const { handle } of result.tables ?? []) {
    const { source } = handle;
    if (source === undefined || source.kind === "nothing") continue;
    const { path } = fromStoredHandle(handle, runFolder);
    if ((await written.locate({ ...source, path })) === undefined) return false;
  }
  return true;
}

/** By task run. */
function artifactFiles(view: RunView): Map<string, NamedFile[]> {
  const files = new Map<string, NamedFile[]>();
  for (const { taskRun, file, digest } of view.artifacts.values()) {
    if (taskRun === undefined) continue;
    files.set(taskRun, [...(files.get(taskRun) ?? []), { path: file, digest }]);
  }
  return files;
}
