import { createHash, randomBytes } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { changeOf, type PathVersion, pathVersion } from "./file-version.ts";
import { makeFolder } from "./make-folder.ts";
import { moveFolder } from "./move-folder.ts";
import { syncFolder } from "./sync.ts";
import {
  allOwn,
  type Content,
  inEffect,
  isAt,
  keptFolders,
  makeKeptFolder,
  namesKept,
  readOwn,
  readRecord,
  recordedPaths,
  removeKept,
  type Writer,
  type Written,
  writeOwn,
  writeRecord,
} from "./written-record.ts";

/** Who reads or writes. */
export interface Author extends Writer {
  /** Task runs that wrote something in an earlier attempt of the run whose results this attempt has taken. */
  readonly standing: readonly string[];
}

/** Where a folder is to be read. */
export type Reading =
  | { readonly kind: "here" }
  /** What was there before a writing that is to be done again. */
  | { readonly kind: "before"; readonly at: string }
  /** Nothing was there before a writing that is to be done again. */
  | { readonly kind: "nothing-before"; readonly writer: Writer }
  /** What was there before a writing that is to be done again isn't kept any more; `by` wrote the folder since. */
  | { readonly kind: "lost"; readonly writer: Writer; readonly by: Writer | undefined };

/** Up to so many bytes, a file's content is known again by its digest, too. */
const digested = 1 << 20;

/**
 * Folders of tables as tasks write them: as a whole, once, and so that what was read before stays what it was.
 *
 * Who wrote a folder, and what was there before, is kept in `.millrace/written/` of the folder that the run belongs
 * to, in a few lines beside the one earlier version itself. The rules:
 *
 * - **A writing of a task run that starts again counts as undone.** A run that is resumed (after a kill, or from one of
 *   its task runs on), and a try after another, reads what was there before each writing whose task run has not ended
 *   in this attempt of the run, nor had its result taken from an earlier one. So in `read, add, write` nothing is added
 *   twice, whether one task does all or the reading is another's, above the writing one: that runs again too. What a
 *   task run wrote itself is moved away, and what was before moved back, when it starts again; for others it is read
 *   where it is kept.
 * - **One earlier version is kept**, the one before the task run's first writing. Where the wanted one is gone, since
 *   another task run or another run wrote after that, reading is an error. So it is where nothing was there before.
 * - **What isn't ours, we don't know**: a folder that something else changed is read as it is, unless the run wrote it
 *   in an earlier attempt.
 * - The new folder is moved into place after who wrote it is on record, and both moves follow each other at once: killed
 *   in between, the next that starts, reads or writes finishes it ({@link finishMoves}).
 *
 * Two that write a folder at the same time are no error: the last one's stays.
 */
export class WrittenFolders {
  readonly #base: string;
  readonly #author: () => Author | undefined;
  readonly #runFolder: string;

  /** @param author who is calling; asked at each call. */
  constructor(base: string, runFolder: string, author: () => Author | undefined) {
    this.#base = base;
    this.#runFolder = runFolder;
    this.#author = author;
  }

  get author(): Author | undefined {
    return this.#author();
  }

  /** Where the caller is to read a path. */
  async toRead(path: string): Promise<Reading> {
    const paths = { base: this.#base, path };
    const record = await readRecord(paths);
    if (record !== undefined) await finishMove(paths, record);
    const author = this.#author();
    if (author === undefined || (author.runAttempt === 1 && author.attempt === 1)) return { kind: "here" };
    const written = await inEffect(path, record);
    if (written !== undefined && isUndone(written.writer, author)) return this.#before(path, written, author);
    const own = await readOwn(this.#runFolder, paths);
    if (own === undefined || !isUndone(own.writer, author) || (await isAt(path, own.before)))
      return { kind: "here" };
    return { kind: "lost", writer: own.writer, by: written?.writer };
  }

  async #before(path: string, { writer, before, previous }: Written, author: Author): Promise<Reading> {
    if (previous !== undefined && isUndone(previous.writer, author))
      return { kind: "lost", writer: previous.writer, by: writer };
    if (before.kind === "nothing") return { kind: "nothing-before", writer };
    const at = await this.locate({ ...before, path });
    return at === undefined ? { kind: "lost", writer, by: undefined } : { kind: "before", at };
  }

  /** Where a version of a path is: there, or where it is kept; undefined if it is gone. */
  async locate(version: PathVersion): Promise<string | undefined> {
    if ((await changeOf(version)) === undefined) return version.path;
    for (const folder of await keptFolders({ base: this.#base, path: version.path }))
      for (const name of await namesKept(folder))
        if (await isAt(join(folder, name), version)) return join(folder, name);
    return undefined;
  }

  /** Who wrote what is at a path now, if one of ours did. */
  async writerOf(path: string): Promise<Writer | undefined> {
    const paths = { base: this.#base, path };
    return (await inEffect(path, await readRecord(paths)))?.writer;
  }

  /**
   * Where the caller is to make a path's successor, beside it. What a killed try of the same task run left there is
   * removed; undefined for those whose writings aren't kept track of, outside of a run.
   */
  async fresh(path: string): Promise<string | undefined> {
    const author = this.#author();
    if (author === undefined) return undefined;
    const fresh = join(dirname(path), `.${basename(path)}.${shortId(author)}.new`);
    const paths = { base: this.#base, path };
    const record = await readRecord(paths);
    if (record !== undefined) await finishMove(paths, record);
    await rm(fresh, { recursive: true, force: true });
    return fresh;
  }

  /**
   * Moves a folder into a path's place, and keeps what was there.
   * @param fresh beside the path.
   * @throws what `rename` rejects with; then all is as it was.
   */
  async replace(path: string, fresh: string): Promise<void> {
    const author = this.#author();
    if (author === undefined) throw new Error("Nobody writes the folder.");
    const paths = { base: this.#base, path };
    const record = await readRecord(paths);
    if (record !== undefined) await finishMove(paths, record);
    const replaced = await inEffect(path, record);
    const there = await contentAt(path);
    const id = randomBytes(4).toString("hex");
    const isOver = replaced !== undefined && isOverOwn(replaced.writer, author);
    const out = there.kind === "nothing" ? undefined : isOver ? `dropped-${id}` : `kept-${id}`;
    const [folder] = await keptFolders(paths);
    const written: Written = {
      writer: withoutStanding(author),
      wrote: await contentAt(fresh),
      ...(isOver ? { before: replaced.before, kept: replaced.kept } : { before: there, kept: `kept-${id}` }),
      fresh: basename(fresh),
      ...nested("previous", isOver ? replaced.previous : replaced),
      ...nested("replaced", replaced),
    };
    await writeOwn(this.#runFolder, paths, { writer: written.writer, before: written.before });
    await writeRecord(paths, written);
    if (out !== undefined) await makeKeptFolder(folder);
    await moveInto(path, fresh, out === undefined ? undefined : join(folder, out));
    await syncFolder(dirname(path));
    await removeKept(paths, isOver ? replaced.kept : out);
  }
}

/** Both moves at once: in between there is nothing at the path. */
async function moveInto(path: string, fresh: string, out: string | undefined): Promise<void> {
  if (out !== undefined) {
    try {
      renameSync(path, out);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error; // rename throws nothing else
      await moveFolder(path, out);
    }
  }
  try {
    renameSync(fresh, path);
  } catch (error) {
    // A reader that came in between has finished it: see finishMove.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && existsSync(path)) return; // rename throws nothing else
    if (out !== undefined) renameSync(out, path);
    throw error;
  }
}

/**
 * Takes back what a task run wrote in an earlier try, or in an earlier attempt of its run, as it starts again: it
 * finds what was there before. What it wrote is kept until the folder is written again.
 */
export async function takeBack(base: string, runFolder: string, author: Author): Promise<void> {
  for (const { path, writer } of await allOwn(runFolder, base)) {
    if (writer.taskRun !== author.taskRun || !isUndone(writer, author)) continue;
    const paths = { base, path };
    const record = await readRecord(paths);
    if (record === undefined) continue;
    await finishMove(paths, record);
    const written = await inEffect(path, record);
    if (written === undefined || !isSameTaskRun(written.writer, author)) continue;
    // Else reading it says what is gone.
    if (written.previous !== undefined && isUndone(written.previous.writer, author)) continue;
    const [folder] = await keptFolders(paths);
    const kept = join(folder, written.kept);
    if (written.before.kind !== "nothing" && !(await isAt(kept, written.before))) continue;
    const takenBack = `undone-${randomBytes(4).toString("hex")}`;
    await makeKeptFolder(folder);
    await writeRecord(paths, { ...written, takenBack });
    renameSync(path, join(folder, takenBack));
    if (written.before.kind !== "nothing") renameSync(kept, path);
  }
}

/** Task runs that wrote a folder in an earlier attempt of a run. */
export async function writersOf(runFolder: string, base: string): Promise<ReadonlySet<string>> {
  return new Set((await allOwn(runFolder, base)).flatMap(({ taskRuns }) => taskRuns));
}

/** Finishes what was killed between the two moves of a folder, for all folders that runs below a base wrote. */
export async function finishMoves(base: string): Promise<void> {
  for (const path of await recordedPaths(base)) {
    const record = await readRecord({ base, path });
    if (record !== undefined) await finishMove({ base, path }, record);
  }
}

async function finishMove(
  paths: { readonly base: string; readonly path: string },
  { wrote, before, kept, fresh, takenBack }: Written,
): Promise<void> {
  const { path } = paths;
  const there = await contentAt(path);
  const isHalfMoved = takenBack === undefined && isPartOf(there, before);
  if (there.kind !== "nothing" && !isHalfMoved) return;
  const [folder] = await keptFolders(paths);
  const from = takenBack === undefined ? join(dirname(path), fresh) : join(folder, kept);
  if (before.kind === "nothing" && takenBack !== undefined) return;
  if (!(await isAt(from, takenBack === undefined ? wrote : before))) return;
  if (isHalfMoved) await rm(path, { recursive: true, force: true });
  await makeFolder(dirname(path));
  await rename(from, path).catch((error: NodeJS.ErrnoException) => {
    // Whoever had begun it was not dead, or another was as quick.
    if (error.code !== "ENOENT" && error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
}

/** Whether a content is what is left of another one, of which some files have gone: one that is moved by copying it. */
function isPartOf(rest: Content, whole: Content): boolean {
  const stamps = new Set(whole.files.map(({ name, stamp }) => `${name} ${stamp}`));
  return (
    rest.kind === "folder" &&
    rest.files.length < whole.files.length &&
    rest.files.every(({ name, stamp }) => stamps.has(`${name} ${stamp}`))
  );
}

/** Whether a writing counts as undone for a reader: its task run is to run again, or does. */
function isUndone(writer: Writer, reader: Author): boolean {
  if (writer.run !== reader.run) return false;
  if (writer.runAttempt !== reader.runAttempt) return !reader.standing.includes(writer.taskRun);
  return writer.taskRun === reader.taskRun && writer.attempt !== reader.attempt;
}

/** Whether what is replaced counts for nothing: what was before it is what is kept. */
function isOverOwn(writer: Writer, author: Author): boolean {
  return isSameTaskRun(writer, author) || isUndone(writer, author);
}

function isSameTaskRun(writer: Writer, author: Writer): boolean {
  return writer.run === author.run && writer.taskRun === author.taskRun;
}

async function contentAt(path: string): Promise<Content> {
  const { path: _, ...content } = await pathVersion(path, { digest: digested });
  return content;
}

function withoutStanding({ standing: _, ...writer }: Author): Writer {
  return writer;
}

/** A writing as part of another's record: without what it had in turn. */
function nested(name: "previous" | "replaced", written: Written | undefined): Partial<Written> {
  if (written === undefined) return {};
  const { replaced: _, previous, ...rest } = written;
  if (name === "previous" || previous === undefined) return { [name]: rest };
  const { previous: __, replaced: ___, ...before } = previous;
  return { [name]: { ...rest, previous: before } };
}

function shortId({ run, taskRun }: Writer): string {
  return createHash("sha256").update(`${run} ${taskRun}`).digest("hex").slice(0, 8);
}
