import { join } from "node:path";
import * as vscode from "vscode";
import type { RunSummary, UnreadableRun } from "../../runtime/events/run-summary.ts";
import { FolderRuns } from "./folder-runs.ts";

/** Milliseconds between two looks while a run is alive, and while none is. */
const liveInterval = 300;
const idleInterval = 1_000;
/** The newest runs that have ended are looked at again every so many looks: another machine may have resumed one. */
const recentLookEvery = 10;

/**
 * The runs in `.millrace/` of all workspace folders, whoever started them. VS Code's watcher tells of most
 * changes; folders that are shared with a container or over a network tell nothing, so it looks besides.
 */
export class RunIndex implements vscode.Disposable {
  readonly #folders = new Map<string, FolderRuns>();
  readonly #changed = new vscode.EventEmitter<{ readonly flowFiles: readonly string[] }>();
  readonly #log: vscode.LogOutputChannel;
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  readonly #extra = new Set<string>();
  #latest = new Map<string, RunSummary>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #looks = 0;
  #lookAll = true;
  #disposed = false;

  /** Tells whose latest run is another or in another state. */
  readonly onDidChange = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    const watcher = vscode.workspace.createFileSystemWatcher("**/.millrace/runs/*/run.json");
    const lookAll = () => {
      this.#lookAll = true;
      this.#schedule(0);
    };
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(lookAll),
      watcher.onDidChange(lookAll),
      watcher.onDidDelete(lookAll),
      vscode.workspace.onDidChangeWorkspaceFolders(lookAll),
    );
    this.#schedule(0);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  /** Newest first. */
  get runs(): RunSummary[] {
    const all = [...this.#folders.values()].flatMap((folder) => folder.summaries);
    return this.#folders.size === 1 ? all : all.sort((a, b) => b.started - a.started);
  }

  get unreadable(): UnreadableRun[] {
    return [...this.#folders.values()].flatMap((folder) => folder.unreadable);
  }

  /** How many runs there are that are older than those above, and not read. */
  get older(): number {
    return [...this.#folders.values()].reduce((sum, folder) => sum + folder.older, 0);
  }

  /** Where a run is, also one that isn't read. */
  pathOf(id: string): string | undefined {
    for (const folder of this.#folders.values()) {
      const path = folder.pathOf(id);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  /** Reads older runs, too. */
  async showOlder(): Promise<void> {
    for (const folder of this.#folders.values()) folder.showOlder();
    await this.refresh();
  }

  get live(): RunSummary[] {
    return [...this.#folders.values()].flatMap((folder) => folder.live);
  }

  isAlive(path: string): boolean {
    return [...this.#folders.values()].some((folder) => folder.isAlive(path));
  }

  /** The newest run of a flow's file. */
  latestOf(flowFile: string): RunSummary | undefined {
    return this.#latest.get(flowFile);
  }

  get(path: string): RunSummary | undefined {
    return this.runs.find((run) => run.path === path);
  }

  /** Follows the runs of a folder that isn't in the workspace too. */
  include(base: string): void {
    this.#extra.add(base);
    this.#schedule(0);
  }

  /** Looks now; resolves when what has changed by now is in the index. */
  async refresh(): Promise<void> {
    await this.#looking;
    this.#lookAll = true;
    await this.#look();
  }

  #schedule(wait: number): void {
    if (this.#disposed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), wait);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
      if (this.#lookAll) this.#schedule(0);
      else this.#schedule(this.live.length > 0 ? liveInterval : idleInterval);
    });
    return this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    const which = this.#lookAll ? "all" : this.#looks++ % recentLookEvery === 0 ? "recent" : "new";
    this.#lookAll = false;
    const bases = new Set([
      ...(vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
      ...this.#extra,
    ]);
    let changed = false;
    for (const base of this.#folders.keys()) {
      if (bases.has(base)) continue;
      this.#folders.delete(base);
      changed = true;
    }
    for (const base of bases) {
      const folder = this.#folders.get(base) ?? new FolderRuns(base);
      this.#folders.set(base, folder);
      try {
        changed = (await folder.look(which)) || changed;
      } catch (error) {
        this.#log.error(`The runs in ${join(base, ".millrace")} can't be read: ${(error as Error).message}`); // fs throws errors only
      }
    }
    if (!changed || this.#disposed) return;
    const before = this.#latest;
    this.#latest = new Map();
    for (const run of this.runs) if (!this.#latest.has(run.file)) this.#latest.set(run.file, run);
    const files = new Set([...before.keys(), ...this.#latest.keys()]);
    const flowFiles = [...files].filter((file) => before.get(file) !== this.#latest.get(file));
    await vscode.commands.executeCommand("setContext", "millrace.running", this.live.length > 0);
    this.#changed.fire({ flowFiles });
  }
}
