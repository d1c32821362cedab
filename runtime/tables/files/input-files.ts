import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { log } from "../../authoring/log.ts";
import { noFile } from "../no-file.ts";
import { someOf } from "../parquet-files.ts";
import type { CsvOptions } from "../session.ts";
import { type ShownPath, shownPath } from "../shown-path.ts";
import { noteFolderRead, noteUrlRead } from "../source.ts";
import { TableError } from "../table-error.ts";
import { filesBelow } from "./files-below.ts";
import type { FileFormat } from "./formats.ts";
import { isHidden, isHiddenWithin } from "./hidden-names.ts";
import { compressionOf } from "./plain-file.ts";
import { type Place, placeOf } from "./scheme.ts";

/** What a reader takes: a path, or several; of files, folders, patterns and URLs. */
export type InputPaths = string | readonly string[];

/** A file that is to be read, and where it is. */
export type InputFile = ShownPath & Pick<Place, "kind">;

/** What looking for files needs of an engine. */
export interface FileFinder {
  /** Paths that a pattern finds. */
  glob(pattern: string): Promise<readonly string[]>;
}

/** Whether a path may be a pattern: a file of just that name comes first. */
const mayBePattern = /[*?[]/;

/**
 * The files that paths stand for, in the order that they are given, of each folder and pattern by name. What begins with
 * `_` or `.` isn't looked at, as Spark doesn't look at it.
 * @param format by which a folder's files are known; others are left out, and the log says so.
 * @throws {TableError} where there are none.
 */
export async function inputFiles(
  folder: string,
  paths: InputPaths,
  format: FileFormat,
  finder: FileFinder,
): Promise<readonly InputFile[]> {
  const given = typeof paths === "string" ? [paths] : [...paths];
  if (given.length === 0) throw new TableError("There are no files to read: the list of paths is empty.");
  const files: InputFile[] = [];
  for (const path of given) {
    if (typeof path !== "string" || path === "")
      throw new TableError(`${JSON.stringify(path)} is no path. Give paths as texts.`);
    const place = placeOf(path);
    if (place.kind === "local") files.push(...(await localFiles(folder, place.path, format, finder)));
    else if (place.kind === "bucket" && mayBePattern.test(place.path))
      files.push(
        ...(await found(place.path, place.shown, finder)).map((each) => ({
          path: each,
          shown: each,
          kind: place.kind,
        })),
      );
    else files.push(place);
  }
  return files;
}

async function localFiles(
  folder: string,
  path: string,
  format: FileFormat,
  finder: FileFinder,
): Promise<readonly InputFile[]> {
  const file = shownPath(folder, path);
  const local = (full: string): InputFile => ({ ...shownPath(folder, full), kind: "local" });
  const about = await stat(file.path).catch((error: NodeJS.ErrnoException) => error);
  if (about instanceof Error) {
    if (!mayBePattern.test(path)) throw await noFile(file.path, file.shown, about);
    // Only what was given is a pattern, not the folder that it is relative to.
    const before = file.path.endsWith(path) ? file.path.slice(0, -path.length) : "";
    const pattern = before === "" ? file.path : `${before.replace(/[*?[]/g, "[$&]")}${path}`;
    return (await found(pattern, file.shown, finder)).map(local);
  }
  if (!about.isDirectory()) return [{ ...file, kind: "local" }];
  noteFolderRead(file.path);
  const all = (await filesBelow(file.path)).filter((name) => !isHiddenWithin(name));
  const wanted = all.filter((name) => format.endings.test(name));
  const others = all.filter((name) => !format.endings.test(name));
  if (wanted.length === 0)
    throw new TableError(
      `${file.shown}: is a folder without files to read, whose names end in ${format.told}.`,
    );
  if (others.length > 0) log.warn(`${file.shown}: left out: ${someOf(others)}.`);
  return wanted.map((name) => local(join(file.path, name)));
}

async function found(pattern: string, shown: string, finder: FileFinder): Promise<readonly string[]> {
  noteUrlRead(shown);
  const files = (await finder.glob(pattern)).filter(
    (file) => isHidden(basename(pattern)) || !isHidden(basename(file)),
  );
  if (files.length === 0) throw new TableError(`${shown}: no file is found by this pattern.`);
  return [...files].sort();
}

/** The file of this machine that a path is, where it is one, and read as it is: no pattern, compressed by nothing. */
export async function oneFile(
  folder: string,
  paths: InputPaths,
  { fileName, columns, encoding }: CsvOptions,
): Promise<ShownPath | undefined> {
  if (
    typeof paths !== "string" ||
    fileName ||
    columns === "infer" ||
    encoding !== undefined ||
    placeOf(paths).kind !== "local"
  )
    return undefined;
  const file = shownPath(folder, placeOf(paths).path);
  const about = await stat(file.path).catch(() => undefined); // for its reader to miss
  if (about === undefined) return mayBePattern.test(paths) ? undefined : file;
  return about.isFile() && (await compressionOf(file.path, file.shown)) === undefined ? file : undefined;
}
