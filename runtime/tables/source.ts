import { join, relative } from "node:path";
import { currentContext } from "../authoring/context.ts";
import { changeOf, type FilesOfFolder, type PathChange, pathVersion } from "../disk/file-version.ts";
import { isNamedBelow } from "../disk/is-below.ts";
import type { Reading, WrittenFolders } from "../disk/written-folders.ts";
import type { Writer } from "../disk/written-record.ts";
import type { SourceVersion } from "./session.ts";
import type { ShownPath } from "./shown-path.ts";
import { TableError } from "./table-error.ts";

/** What a session knows of the run that it is in. */
export interface RunFolders {
  /** What is below is the run's own: written once, and never changed. */
  readonly runFolder: string;
  readonly written: WrittenFolders;
}

/** A source that was read, and where. */
export interface Read {
  readonly source: Source;
  readonly place: string;
}

/** Up to so many bytes, a file that was only touched is known again. */
const digested = 1 << 20;

/**
 * A file or folder that a view reads, as it was when the view was made: reading it reads that, or fails. Where a run
 * has replaced the folder since, what it was is read where that is kept.
 */
export class Source {
  readonly path: string;
  /** The path as errors name it. */
  readonly shown: string;
  /** Absent for files that never change. */
  readonly version: SourceVersion | undefined;
  readonly #run: RunFolders | undefined;

  constructor(file: ShownPath, version: SourceVersion | undefined, run: RunFolders | undefined) {
    this.path = file.path;
    this.shown = file.shown;
    this.version = version;
    this.#run = run;
  }

  /**
   * A source of what is there now.
   * @throws {TableError} where that was written by a task run that is to run again, and what was before is gone.
   */
  static async of(file: ShownPath, which: FilesOfFolder, run: RunFolders | undefined): Promise<Source> {
    const { path, shown } = file;
    if (run !== undefined && isNamedBelow(path, run.runFolder)) return new Source(file, undefined, run);
    const at = placeToRead(path, shown, (await run?.written.toRead(path)) ?? { kind: "here" });
    const { path: _, ...version } = await pathVersion(at, { which, digest: digested });
    noteRead(at, which);
    const author = run?.written.author;
    const readBy = author && { run: author.run, taskRun: author.taskRun };
    return new Source(file, { ...version, ...(readBy === undefined ? {} : { readBy }) }, run);
  }

  /** Its part of a handle. */
  get handle(): { readonly path: string; readonly source?: SourceVersion } {
    return this.version === undefined ? { path: this.path } : { path: this.path, source: this.version };
  }

  /**
   * Where it can be read now as it was.
   * @throws {TableError} if it can't any more, though something is there.
   */
  async place(): Promise<string> {
    const { path, version } = this;
    if (version === undefined || version.kind === "nothing") return path; // for its reader to miss
    const change = await changeOf({ ...version, path });
    if (change === undefined) return path;
    const kept = await this.#run?.written.locate({ ...version, path });
    if (kept !== undefined) return kept;
    if (change.how === "removed" && change.file === path) return path; // for its reader to miss
    throw await this.#changed(change, version);
  }

  /** Whether what was read at a place was what it was, and not changed meanwhile. */
  async wasStill(place: string): Promise<boolean> {
    if (this.version === undefined || this.version.kind === "nothing") return true;
    return (await changeOf({ ...this.version, path: place })) === undefined;
  }

  /** @throws {TableError} if it wasn't. */
  async checkUnchanged(place: string): Promise<void> {
    if (await this.wasStill(place)) return;
    await this.place();
    throw new TableError(`${this.shown}: was replaced while its rows were read. Read them again.`);
  }

  async #changed({ file, how }: PathChange, { readBy }: SourceVersion): Promise<TableError> {
    const author = this.#run?.written.author;
    const writer = await this.#run?.written.writerOf(this.path);
    const inside = relative(this.path, file);
    const shown = inside === "" ? this.shown : join(this.shown, inside);
    const by = writer === undefined ? "" : ` by ${writerText(writer, author?.run)}`;
    const reader = readBy === undefined ? "the table was made of it" : `${runText(readBy)} read it`;
    const what = `${shown}: was ${how}${by} since ${reader}.`;
    if (readBy === undefined) return new TableError(`${what} Read it anew.`);
    const anew = `'millrace resume ${readBy.run} --from ${readBy.taskRun}' reads it anew.`;
    return new TableError(
      writer?.run === readBy.run
        ? `${what} Write to another folder, or read it before: what a run's tables are made of has to stay as long as they are read.`
        : `${what} ${readBy.taskRun === "." ? "Start the run anew." : anew}`,
    );
  }
}

/** Tells the task whose result may be cached what it read. */
function noteRead(path: string, which: FilesOfFolder): void {
  const context = currentContext();
  if (context?.kind === "task") context.reads?.noteFile(path, which);
}

/** The same of a folder whose files are read: one that comes to it is to be read, too. */
export function noteFolderRead(path: string): void {
  noteRead(path, "all");
}

/** The same of what is read at a URL, or found by a pattern: no version of it is known. */
export function noteUrlRead(url: string): void {
  const context = currentContext();
  if (context?.kind === "task") context.reads?.noteUnknown(url);
}

/** Whether all that was read is what it was, and was while it was read. */
export async function wereStill(reads: readonly Read[]): Promise<boolean> {
  for (const { source, place } of reads) if (!(await source.wasStill(place))) return false;
  return true;
}

/** @throws {TableError} if it wasn't. */
export async function checkUnchanged(reads: readonly Read[]): Promise<void> {
  for (const { source, place } of reads) await source.checkUnchanged(place);
}

/** A file that is the session's own. */
export function ownFile(path: string, shown = path): Source {
  return new Source({ path, shown }, undefined, undefined);
}

/** Where a path is to be read. @throws {TableError} if nothing is right to be read. */
function placeToRead(path: string, shown: string, reading: Reading): string {
  switch (reading.kind) {
    case "here":
      return path;
    case "before":
      return reading.at;
    case "nothing-before":
      throw new TableError(
        `${shown}: nothing was there before ${runText(reading.writer)} wrote it in an earlier attempt of this run, which is being done again. Remove the folder, then resume the run.`,
      );
    case "lost": {
      const { writer, by } = reading;
      const since = by === undefined ? "" : `, and ${writerText(by, writer.run)} has written it since`;
      throw new TableError(
        `${shown}: ${runText(writer)} wrote it in an earlier attempt of this run, which is being done again${since}: what was there before isn't kept any more. Put it back, or start a new run.`,
      );
    }
  }
}

function writerText(writer: Writer, run: string | undefined): string {
  const same = writer.run === run;
  return `${runText(writer)}${same ? "" : ` of run '${writer.run}'`}`;
}

function runText({ taskRun }: { readonly taskRun: string }): string {
  return taskRun === "." ? "the flow's body" : `task run '${taskRun}'`;
}
