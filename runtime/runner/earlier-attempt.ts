import { fromStoredHandle } from "../crossing/result-file.ts";
import { baseOf } from "../disk/base-folder.ts";
import { WrittenFolders } from "../disk/written-folders.ts";
import type { ResultRef } from "../events/run-event.ts";
import type { Completion, RunView } from "../events/run-view.ts";
import { areWholeFiles, inRunFolder, isWholeResult, type NamedFile } from "../store/result-files.ts";

/** What a task run is known again by. */
export interface Sameness {
  /** Digest of what it is called with. */
  readonly inputs: string;
  /** Digest of the code that it can reach. */
  readonly code: string;
}

/** How the code counts, of what completed in an earlier attempt. */
export interface Again {
  /** Ids of task runs, and of maps, that are to run again though they had completed. */
  readonly taskRuns: readonly string[];
  /** Results of code that has changed since are taken all the same. */
  readonly keepResults: boolean;
}

/**
 * What the earlier attempts of a run came to, for a resume to take what is still good.
 *
 * A task run is taken if it completed, by the same code, called with the same, from the same executions of all above
 * it, and if what it came to is whole. Nothing is said here of states, attempts or times: if something above it has
 * run again, that is another execution, whenever and why ever it did.
 */
export class EarlierAttempt {
  readonly #view: RunView;
  /** Task runs that completed, with results and artifacts that are as they were written. */
  readonly #whole: ReadonlySet<string>;
  readonly #again: ReadonlySet<string>;
  readonly #keepResults: boolean;
  #takenOfOtherCode = 0;

  private constructor(view: RunView, whole: ReadonlySet<string>, again: Again) {
    this.#view = view;
    this.#whole = whole;
    this.#again = new Set(again.taskRuns);
    this.#keepResults = again.keepResults;
  }

  /** Looks at all that could be taken: what isn't as it was written, whatever the reason, is made again. */
  static async read(view: RunView, runFolder: string, again: Again): Promise<EarlierAttempt> {
    const fileIn = inRunFolder(runFolder);
    const artifacts = artifactFiles(view);
    const written = new WrittenFolders(baseOf(runFolder), runFolder, () => undefined);
    const whole = new Set<string>();
    for (const { id, completion } of view.taskRuns.values()) {
      if (completion === undefined || !(await isWholeResult(completion.result, fileIn))) continue;
      if (!(await areWholeFiles(artifacts.get(id) ?? [], fileIn))) continue;
      if (await canBeRead(completion.result, runFolder, written)) whole.add(id);
    }
    return new EarlierAttempt(view, whole, again);
  }

  /** Whether the task run was named as one to run again. */
  isAgain(id: string): boolean {
    return this.#again.has(id);
  }

  /** How many results were taken though their code has changed since. */
  get takenOfOtherCode(): number {
    return this.#takenOfOtherCode;
  }

  /** What a task run came to earlier, as far as that can be told before all above it has ended. */
  candidate(id: string, now: Sameness): Candidate | undefined {
    const completion = this.#view.taskRuns.get(id)?.completion;
    if (completion === undefined || this.#again.has(id) || !this.#whole.has(id)) return undefined;
    if (completion.inputs !== now.inputs) return undefined;
    const hasSameCode = completion.code === now.code;
    if (!hasSameCode && !this.#keepResults) return { completion: undefined, hasOtherCode: true };
    return {
      hasOtherCode: false,
      completion,
      take: () => {
        if (!hasSameCode) this.#takenOfOtherCode++;
      },
    };
  }
}

/** Whether a result's tables have rows that are kept, and the files that they are views of are as they were, or still kept so. */
export async function canBeRead(
  result: ResultRef,
  runFolder: string,
  written = new WrittenFolders(baseOf(runFolder), runFolder, () => undefined),
): Promise<boolean> {
  for (const { handle } of result.tables ?? []) {
    const { kind, source } = handle;
    if (kind === "plan") return false; // it ended with the server's session
    if (source === undefined || source.kind === "nothing") continue;
    const { path } = fromStoredHandle(handle, runFolder);
    if ((await written.locate({ ...source, path })) === undefined) return false;
  }
  return true;
}

/** An earlier completion that is to be taken if it was made from the same executions, or the reason why it isn't. */
export type Candidate =
  | { readonly hasOtherCode: true; readonly completion: undefined }
  | { readonly hasOtherCode: false; readonly completion: Completion; readonly take: () => void };

/** By task run. */
function artifactFiles(view: RunView): Map<string, NamedFile[]> {
  const files = new Map<string, NamedFile[]>();
  for (const { taskRun, file, digest } of view.artifacts.values()) {
    if (taskRun === undefined) continue;
    files.set(taskRun, [...(files.get(taskRun) ?? []), { path: file, digest }]);
  }
  return files;
}
