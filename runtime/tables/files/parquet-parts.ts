import { readdir } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { shownPath } from "../shown-path.ts";
import { noteFolderRead } from "../source.ts";
import { TableError } from "../table-error.ts";
import { type Constant, typeOfTexts } from "./constant-columns.ts";
import { formats } from "./formats.ts";
import { isHiddenWithin } from "./hidden-names.ts";
import { type FileFinder, type InputFile, type InputPaths, inputFiles } from "./input-files.ts";
import { placeOf } from "./scheme.ts";

/** A file or a folder of Parquet, and the columns that the names of folders around it give. */
interface ParquetPart {
  readonly file: InputFile;
  readonly constants: readonly Constant[];
}

/** What Hive calls the folder of rows whose key is null. */
const nullFolder = "__HIVE_DEFAULT_PARTITION__";

/**
 * The files and folders that paths of Parquet stand for. A folder whose folders are all named `key=value`, at any depth,
 * is one for each of the innermost: a key is a column, an integer or a date where all its values are.
 * @throws {TableError} for folders within that are named otherwise.
 */
export async function parquetParts(
  folder: string,
  paths: InputPaths,
  finder: FileFinder,
): Promise<readonly ParquetPart[]> {
  const parts: ParquetPart[] = [];
  for (const path of typeof paths === "string" ? [paths] : paths) {
    const place = placeOf(path);
    const file = place.kind === "local" ? { ...shownPath(folder, place.path), kind: place.kind } : place;
    const leaves = place.kind === "local" ? await partitions(file.path) : undefined;
    if (leaves !== undefined) {
      noteFolderRead(file.path);
      parts.push(...withKeys(folder, file, leaves));
    } else if (place.kind === "local" && (await isThere(file.path))) parts.push({ file, constants: [] });
    else if (place.kind === "bucket" && !/\.parquet$/i.test(place.path) && !/[*?[]/.test(place.path))
      parts.push(...(await bucketFolder(place.path, finder)));
    else
      for (const found of await inputFiles(folder, path, formats.parquet, finder))
        parts.push({ file: found, constants: [] });
  }
  if (parts.length === 0) throw new TableError("There are no files to read: the list of paths is empty.");
  return parts;
}

async function isThere(path: string): Promise<boolean> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => error);
  return !(names instanceof Error && names.code === "ENOENT");
}

/** The innermost folders of a partitioned one; undefined where it is none. */
async function partitions(path: string): Promise<readonly string[] | undefined> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => []); // for its reader to miss
  const shownEntries = entries.filter(
    ({ name, parentPath }) => !isHiddenWithin(relative(path, join(parentPath, name))),
  );
  const folders = shownEntries.filter((entry) => entry.isDirectory());
  if (folders.length === 0 || !folders.every(({ name }) => /^[^=]+=/.test(name))) return undefined;
  const withFiles = new Set(
    shownEntries.filter((entry) => entry.isFile()).map(({ parentPath }) => parentPath),
  );
  return withFiles.has(path) ? undefined : [...withFiles].sort();
}

function withKeys(folder: string, { path, shown }: InputFile, leaves: readonly string[]): ParquetPart[] {
  const keysOf = (leaf: string) =>
    relative(path, leaf)
      .split(sep)
      .map((part) => {
        const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
        return { name: decoded(name), value: value === nullFolder ? null : decoded(value) };
      });
  const all = leaves.map((leaf) => ({ leaf, keys: keysOf(leaf) }));
  const [first] = all;
  const names = (first?.keys ?? []).map(({ name }) => name);
  const other = all.find(({ keys }) => keys.map(({ name }) => name).join() !== names.join());
  if (other !== undefined)
    throw new TableError(
      `${shown}: its folders don't have the same keys: ${names.join(", ")} in ${relative(path, first?.leaf ?? "")}, and ${other.keys.map(({ name }) => name).join(", ")} in ${relative(path, other.leaf)}.`,
    );
  const types = names.map((_, i) => typeOfTexts(all.flatMap(({ keys }) => keys[i]?.value ?? [])));
  return all.map(({ leaf, keys }) => ({
    file: { ...shownPath(folder, leaf), kind: "local" },
    constants: keys.map(({ name, value }, i) => ({ name, value, type: types[i] ?? { kind: "string" } })),
  }));
}

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
  );
}

/** A folder in a bucket: its files, and the keys in their paths. */
async function bucketFolder(url: string, finder: FileFinder): Promise<readonly ParquetPart[]> {
  const base = url.replace(/\/+$/, "");
  const files = (await finder.glob(`${base}/**`)).filter(
    (file) => /\.parquet$/i.test(file) && !isHiddenWithin(file.slice(base.length + 1)),
  );
  if (files.length === 0) throw new TableError(`${url}: there is no Parquet there.`);
  const isPartitioned = files.every((file) =>
    dirname(file.slice(base.length + 1))
      .split("/")
      .every((part) => /^[^=]+=/.test(part)),
  );
  const sorted = [...files].sort();
  if (!isPartitioned)
    return sorted.map((path) => ({ file: { path, shown: path, kind: "bucket" }, constants: [] }));
  const parts = withKeys(
    "/",
    { path: "/", shown: url, kind: "bucket" },
    sorted.map((file) => join("/", dirname(file.slice(base.length + 1)))),
  );
  return parts.map(({ constants }, i) => {
    const path = sorted[i] ?? "";
    return { file: { path, shown: path, kind: "bucket" }, constants };
  });
}
