import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ResultRef } from "../events/run-event.ts";
import type { RunView, TaskRunView } from "../events/run-view.ts";
import { sha256 } from "../worker/crossing.ts";
import type { RunNode } from "./run-node.ts";

/** A Parquet file ends with its footer's length and these letters. */
function isWholeParquet(path: string): boolean {
  if (!existsSync(path)) return false;
  if (statSync(path).isDirectory()) return true; // of files of an engine's own
  const file = openSync(path, "r");
  try {
    const end = Buffer.alloc(4);
    readSync(file, end, 0, 4, Math.max(0, statSync(path).size - 4));
    return end.toString("latin1") === "PAR1";
  } finally {
    closeSync(file);
  }
}

/** What an earlier attempt of the run came to, for a resume to take what is still good. */
export class EarlierAttempt {
  readonly #view: RunView;
  readonly #runFolder: string;
  readonly #again: ReadonlySet<string>;

  /** @param again ids of task runs that are to run again though they had completed. */
  constructor(view: RunView, runFolder: string, again: readonly string[]) {
    this.#view = view;
    this.#runFolder = runFolder;
    this.#again = new Set(again);
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
    return isGood && this.#isWhole(earlier.result) ? earlier : undefined;
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

  /** Results are not synced to the disk like events: a power cut may have torn a file. */
  #isWhole(result: ResultRef): boolean {
    const tables = (result.tables ?? [])
      .map((table) => table.handle.path)
      .filter((path) => path.startsWith("./"));
    if (!tables.every((path) => isWholeParquet(join(this.#runFolder, path)))) return false;
    if (typeof result.stored !== "object" || !("file" in result.stored)) return true;
    const path = join(this.#runFolder, result.stored.file);
    return existsSync(path) && sha256(readFileSync(path)) === result.sha256;
  }
}
