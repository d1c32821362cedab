import { basename } from "node:path";
import * as vscode from "vscode";
import type { FlowReader } from "../../runtime/discovery/flow-reader.ts";
import type { FlowFile } from "../../runtime/discovery/read-flow-file.ts";
import { excludeGlob } from "./search-excludes.ts";

const flowFiles = "**/*.flow.{ts,mts,js,mjs}";
const isFlowFile = /\.flow\.(ts|mts|js|mjs)$/;

/** Milliseconds of quiet before a change is looked at. */
const quiet = 40;

/** A flow file of the workspace. */
export interface FlowEntry {
  readonly path: string;
  readonly folder: vscode.WorkspaceFolder | undefined;
  /** What it says; undefined until it has been read. */
  readonly read: FlowFile | undefined;
}

/** A flow's name, or its file's where it has none that can be read. */
export function flowLabel(entry: FlowEntry): string {
  return entry.read?.flow?.name ?? basename(entry.path);
}

/**
 * The flow files of all workspace folders, kept as files and settings change. Files are read, never run, and
 * open editors' unsaved text counts.
 */
export class FlowIndex implements vscode.Disposable {
  readonly #entries = new Map<string, FlowEntry>();
  readonly #modules = new Map<string, ReadonlySet<string>>();
  readonly #stale = new Set<string>();
  readonly #changed = new vscode.EventEmitter<readonly string[] | undefined>();
  readonly #log: vscode.LogOutputChannel;
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #reader: FlowReader | undefined;
  #searching: Promise<void> | undefined;
  #searchAgain = false;
  #reading: Promise<void> | undefined;
  #searchTimer: NodeJS.Timeout | undefined;
  #readTimer: NodeJS.Timeout | undefined;

  /** Tells the paths of the entries that say something else, or undefined when there are more or fewer. */
  readonly onDidChange = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    const watcher = vscode.workspace.createFileSystemWatcher("**/*.{ts,mts,js,mjs}");
    const foundOrLost = ({ fsPath }: vscode.Uri) => {
      if (isFlowFile.test(fsPath)) this.#searchSoon();
      else this.#readAgain(fsPath);
    };
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(foundOrLost),
      watcher.onDidDelete(foundOrLost),
      watcher.onDidChange(({ fsPath }) => this.#readAgain(fsPath)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#readAgain(document.uri.fsPath);
      }),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => {
        if (uri.scheme === "file" && isFlowFile.test(uri.fsPath) && !this.#entries.has(uri.fsPath))
          this.#searchSoon();
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#searchSoon()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("files.exclude") || event.affectsConfiguration("search.exclude"))
          this.#searchSoon();
      }),
    );
    // Not within the time that activation takes.
    this.#searchTimer = setTimeout(() => void this.search(), 0);
  }

  dispose(): void {
    clearTimeout(this.#searchTimer);
    clearTimeout(this.#readTimer);
    void this.#reader?.[Symbol.asyncDispose]();
    vscode.Disposable.from(...this.#disposables).dispose();
  }

  /** By path. */
  get entries(): readonly FlowEntry[] {
    return [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  get(path: string): FlowEntry | undefined {
    return this.#entries.get(path);
  }

  /** Resolves when all that has changed so far is in the index. */
  async settled(): Promise<void> {
    await this.search();
    while (this.#reading !== undefined) await this.#reading;
  }

  /** Looks for flow files in all folders. */
  search(): Promise<void> {
    this.#searchAgain = this.#searching !== undefined;
    this.#searching ??= this.#search().finally(() => {
      this.#searching = undefined;
      if (this.#searchAgain) return this.search();
    });
    return this.#searching;
  }

  #searchSoon(): void {
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => void this.search(), quiet);
  }

  async #search(): Promise<void> {
    const started = performance.now();
    const found = new Map<string, vscode.WorkspaceFolder | undefined>();
    const folders = vscode.workspace.workspaceFolders ?? [];
    await Promise.all(
      folders.map(async (folder) => {
        const setting = vscode.workspace
          .getConfiguration("search", folder.uri)
          .get<Record<string, unknown>>("exclude", {});
        const files = await vscode.workspace.findFiles(
          new vscode.RelativePattern(folder, flowFiles),
          excludeGlob(setting),
        );
        for (const { fsPath } of files) found.set(fsPath, folder);
      }),
    );
    // A file that is open on its own, without a folder, can be run too.
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme !== "file" || !isFlowFile.test(uri.fsPath)) continue;
      if (vscode.workspace.getWorkspaceFolder(uri) === undefined) found.set(uri.fsPath, undefined);
    }
    let changed = false;
    for (const path of this.#entries.keys()) {
      if (found.has(path)) continue;
      this.#entries.delete(path);
      this.#modules.delete(path);
      changed = true;
    }
    for (const [path, folder] of found) {
      const known = this.#entries.get(path);
      if (known !== undefined && known.folder === folder) continue;
      this.#entries.set(path, { path, folder, read: known?.read });
      this.#stale.add(path);
      changed = true;
    }
    await vscode.commands.executeCommand("setContext", "millrace.searched", true);
    if (!changed) return;
    this.#log.info(`Found ${found.size} flow files in ${Math.round(performance.now() - started)} ms.`);
    this.#changed.fire(undefined);
    await this.#readStale();
  }

  #readAgain(module: string): void {
    let any = false;
    for (const [path, modules] of this.#modules) {
      if (!modules.has(module) && path !== module) continue;
      this.#stale.add(path);
      any = true;
    }
    // A module that wasn't there when a flow importing it was read.
    if (!any && !isFlowFile.test(module)) {
      for (const [path, entry] of this.#entries) {
        if ((entry.read?.problems.length ?? 0) > 0) this.#stale.add(path);
      }
      any = this.#stale.size > 0;
    }
    if (!any) return;
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => void this.#readStale(), quiet);
  }

  #readStale(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    if (this.#stale.size === 0) return;
    if (this.#reader === undefined) {
      const { FlowReader } = await import("../../runtime/discovery/flow-reader.ts");
      this.#reader = new FlowReader();
    }
    const started = performance.now();
    const changed: string[] = [];
    for (const path of this.#stale) {
      this.#stale.delete(path);
      const entry = this.#entries.get(path);
      if (entry === undefined) continue;
      const { file, modules } = await this.#reader.read(path, unsavedTexts);
      if (!this.#entries.has(path)) continue;
      this.#entries.set(path, { ...entry, read: file });
      this.#modules.set(path, modules);
      changed.push(path);
    }
    this.#log.info(`Read ${changed.length} flow files in ${Math.round(performance.now() - started)} ms.`);
    this.#changed.fire(changed);
  }
}

function unsavedTexts(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const document of vscode.workspace.textDocuments) {
    if (document.isDirty && document.uri.scheme === "file")
      texts.set(document.uri.fsPath, document.getText());
  }
  return texts;
}
