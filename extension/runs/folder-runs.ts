import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { RunSummary, UnreadableRun } from "../../runtime/events/run-summary.ts";
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

/**
 * Which of the runs that have ended are looked at again: `new` none, `recent` the newest, since another machine may
 * have resumed one, `all`.
 */
export type Look = "new" | "recent" | "all";

/** How many runs are read at a time. */
const atOnce = 16;
const mostRecent = 200;
/** How many of the newest runs are read, until older ones are asked for. */
const firstPage = 500;
/** Milliseconds after a folder's last change in which another may leave it the same time. */
const tick = 3_000;

/** The runs of one folder's `.millrace/`, kept by looking again: at little where little has changed. */
export class FolderRuns {
  readonly base: string;
  #known = new Map<string, Known>();
  /** The list that was told last, and those of it that have not ended or can't be read. */
  #told: readonly string[] | undefined;
  #open: readonly string[] = [];
  #listed:
    | {
        readonly all: readonly string[];
        /** Those that are read. */
        readonly paths: readonly string[];
        readonly modified: number;
      }
    | undefined;
  #most: number;
  /** Newest first. */
  summaries: readonly RunSummary[] = [];
  live: readonly RunSummary[] = [];
  unreadable: readonly UnreadableRun[] = [];

  /** @param most how many of the newest runs are read, until {@link showOlder}. */
  constructor(base: string, most = firstPage) {
    this.base = base;
    this.#most = most;
  }

  /** How many runs there are that are older than those that are read. */
  get older(): number {
    return (this.#listed?.all.length ?? 0) - (this.#listed?.paths.length ?? 0);
  }

  /** Where a run is, also one that isn't read; as far as is known since the last look. */
  pathOf(id: string): string | undefined {
    return this.#listed?.all.find((path) => basename(path) === id);
  }

  /** Reads older runs, too, from the next look on. */
  showOlder(): void {
    this.#most *= 10;
    const { all = [], modified = 0 } = this.#listed ?? {};
    this.#listed = { all, paths: all.slice(0, this.#most), modified };
  }

  isAlive(path: string): boolean {
    return this.#known.get(path)?.kind === "live";
  }

  /**
   * Looks at runs that are new, alive, or changed since they ended. Where nothing has changed, in a folder of
   * however many runs, it costs one look at the folder.
   * @returns whether anything is different.
   */
  async look(which: Look): Promise<boolean> {
    const paths = await this.#paths();
    const before = this.#known;
    const due = this.#due(paths, which);
    const seen = new Map<string, Known | undefined>();
    for (let start = 0; start < due.length; start += atOnce) {
      const some = due.slice(start, start + atOnce);
      const found = await Promise.all(some.map((path) => lookAt(path, before.get(path))));
      for (const [i, path] of some.entries()) seen.set(path, found[i]);
    }
    const isSame = paths === this.#told && due.every((path) => seen.get(path) === before.get(path));
    if (isSame) return false;
    const after = new Map<string, Known>();
    let changed = false;
    for (const path of paths) {
      const known = before.get(path);
      const now = seen.has(path) ? seen.get(path) : known;
      changed ||= now === undefined ? known !== undefined : isDifferent(known, now);
      if (now !== undefined) after.set(path, now);
    }
    changed ||= after.size !== before.size;
    this.#known = after;
    this.#tell(paths);
    return changed;
  }

  /** The runs to look at. Of a list that was told before, those that may be otherwise now are known. */
  #due(paths: readonly string[], which: Look): readonly string[] {
    if (which === "all") return paths;
    const isOpen = (path: string) => this.#known.get(path)?.kind !== "ended";
    const recent = which === "recent" ? paths.slice(0, mostRecent) : [];
    const open = paths === this.#told ? this.#open : paths.filter(isOpen);
    return [...new Set([...recent, ...open])];
  }

  #tell(paths: readonly string[]): void {
    const runs = [...this.#known.values()];
    this.#told = paths;
    this.#open = paths.filter((path) => this.#known.get(path)?.kind !== "ended");
    this.summaries = runs.flatMap((run) => (run.kind === "unreadable" ? [] : [run.summary]));
    this.live = runs.flatMap((run) => (run.kind === "live" ? [run.summary] : []));
    this.unreadable = runs.flatMap((run) => (run.kind === "unreadable" ? [run.run] : []));
  }

  /** The newest runs' folders, newest first. Listed again when their folder says that it has changed. */
  async #paths(): Promise<readonly string[]> {
    const folder = join(this.base, ".millrace", "runs");
    const modified = (await stat(folder).catch(() => undefined))?.mtimeMs ?? 0;
    if (this.#listed?.modified === modified && Date.now() - modified > tick) return this.#listed.paths;
    const all = await listRunFolders(this.base);
    const paths = all.slice(0, this.#most);
    this.#listed = { all, paths, modified };
    return paths;
  }
}

async function lookAt(path: string, known: Known | undefined): Promise<Known | undefined> {
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
