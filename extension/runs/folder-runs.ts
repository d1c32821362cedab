import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { RunSummary, UnreadableRun } from "../../runtime/store/read-run.ts";
import { listRunFolders, runPaths } from "../../runtime/store/run-folder.ts";
import { LiveRun } from "./live-run.ts";

type Known =
  | {
      readonly kind: "ended";
      readonly summary: RunSummary;
      readonly modified: number;
      /** Of one that only seems to have ended, since its process is gone. */
      readonly run: LiveRun | undefined;
    }
  | { readonly kind: "live"; readonly summary: RunSummary; readonly run: LiveRun }
  | { readonly kind: "unreadable"; readonly run: UnreadableRun; readonly modified: number };

/** How many runs are read at a time. */
const atOnce = 16;

/** The runs of one folder's `.millrace/`, kept by looking again: at little where little has changed. */
export class FolderRuns {
  readonly base: string;
  #known = new Map<string, Known>();

  constructor(base: string) {
    this.base = base;
  }

  /** Newest first. */
  get summaries(): RunSummary[] {
    return [...this.#known.values()].flatMap((run) => (run.kind === "unreadable" ? [] : [run.summary]));
  }

  get unreadable(): UnreadableRun[] {
    return [...this.#known.values()].flatMap((run) => (run.kind === "unreadable" ? [run.run] : []));
  }

  isAlive(path: string): boolean {
    return this.#known.get(path)?.kind === "live";
  }

  /**
   * Looks at runs that are new, alive, or (when `all`) changed since they ended.
   * @returns whether anything is different.
   */
  async look(all: boolean): Promise<boolean> {
    const paths = await listRunFolders(this.base);
    const before = this.#known;
    const after = new Map<string, Known>();
    let changed = paths.length !== before.size;
    for (let start = 0; start < paths.length; start += atOnce) {
      await Promise.all(
        paths.slice(start, start + atOnce).map(async (path) => {
          const known = before.get(path);
          const now = await lookAt(path, known, all);
          if (now === undefined) return;
          changed ||= isDifferent(known, now);
          after.set(path, now);
        }),
      );
    }
    changed ||= after.size !== before.size;
    this.#known = new Map(
      paths.flatMap((path) => {
        const run = after.get(path);
        return run === undefined ? [] : [[path, run] as const];
      }),
    );
    return changed;
  }
}

async function lookAt(path: string, known: Known | undefined, all: boolean): Promise<Known | undefined> {
  if (known?.kind === "ended" && !all) return known;
  const modified = (await stat(runPaths(path).info).catch(() => undefined))?.mtimeMs;
  // Being made or being deleted.
  if (modified === undefined) return undefined;
  try {
    if (known !== undefined && known.kind !== "live" && known.modified === modified) {
      if (known.kind === "unreadable" || !(await known.run?.isBack())) return known;
    }
    const run = known?.kind === "live" ? known.run : new LiveRun(path);
    const { summary, info, alive } = await run.look();
    if (alive) return { kind: "live", summary, run };
    return { kind: "ended", summary, modified, run: info.state === undefined ? run : undefined };
  } catch (error) {
    return {
      kind: "unreadable",
      run: { id: basename(path), path, error: (error as Error).message }, // fs and JSON throw errors only
      modified,
    };
  }
}

function isDifferent(before: Known | undefined, after: Known): boolean {
  if (before === after) return false;
  if (before === undefined || before.kind !== after.kind) return true;
  if (before.kind === "unreadable" || after.kind === "unreadable") return true;
  const [a, b] = [before.summary, after.summary];
  return (
    a.state.name !== b.state.name ||
    a.unsure !== b.unsure ||
    a.damages?.length !== b.damages?.length ||
    a.attempt !== b.attempt ||
    a.tasks.total !== b.tasks.total ||
    a.tasks.completed !== b.tasks.completed
  );
}
