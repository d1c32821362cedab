import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { makeFolder } from "../../disk/make-folder.ts";
import { moveFolder } from "../../disk/move-folder.ts";
import { onDisk } from "./disk-error.ts";
import { BadArchiveError, DownloadError, errorCode } from "./download-error.ts";
import { fetchFile } from "./fetch-file.ts";
import { fetchText } from "./fetch-text.ts";
import {
  GROUPLENS_URL,
  isKept,
  MOVIELENS_ARCHIVES,
  type MovieLensArchive,
  type MovieLensSize,
  NEEDED_FILES,
} from "./movielens-files.ts";
import type { RetryDelays } from "./retries.ts";
import { unzip } from "./unzip.ts";
import { md5OfFile, parseMd5 } from "./verify-md5.ts";

export interface DownloadMovieLensOptions {
  readonly size: MovieLensSize;
  /** Where `movielens-<size>` is made; made itself if need be. */
  readonly folder: string;
  /** The folder of the sample data, whose imdb_sample.csv is copied beside the data set: GroupLens has none. */
  readonly sampleFolder: string;
  /** Where the zip and its MD5 are; {@link GROUPLENS_URL} unless given. */
  readonly baseUrl?: string | undefined;
  /** Keeps the zip in `folder`; without it, it goes once it is unpacked. */
  readonly keepZip?: boolean | undefined;
  /** Downloads although the data set is there, and replaces its folder as a whole. */
  readonly force?: boolean | undefined;
  /** An abort rejects with its reason; the next call goes on where the download stopped. */
  readonly signal?: AbortSignal | undefined;
  /** Called for every chunk; who draws it should do so less often. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly retryDelays?: RetryDelays | undefined;
}

export interface DownloadProgress {
  readonly phase: "download" | "verify" | "extract";
  /** Bytes of the phase that are done, and in all where that is known. */
  readonly done: number;
  readonly total: number | undefined;
}

export interface MovieLensFolder {
  readonly outcome: "downloaded" | "already there";
  /** Absolute path; `millrace run movie-ratings --input <folder>` reads it. */
  readonly folder: string;
  /** The names of the files in it, sorted. */
  readonly files: readonly string[];
  /** The file among them that is not GroupLens's, but a copy of the sample data's. */
  readonly fromSample: string;
  /** The zip, if it was kept. */
  readonly zip: string | undefined;
}

const FROM_SAMPLE = "imdb_sample.csv";

/**
 * Downloads a MovieLens data set of GroupLens into `<folder>/movielens-<size>`: fetches the published MD5
 * and the zip (going on with an interrupted download), checks one against the other, and unpacks what the
 * movie flow reads. The folder appears when all is there, or not at all. Does nothing if it is there
 * already.
 *
 * @throws {DownloadError} whose message says what happened and what to do
 */
export async function downloadMovieLens(options: DownloadMovieLensOptions): Promise<MovieLensFolder> {
  const archive = MOVIELENS_ARCHIVES[options.size];
  const folder = resolve(options.folder);
  const target = join(folder, archive.folder);
  const result = { folder: target, fromSample: FROM_SAMPLE };

  const present = await filesIn(target);
  if (present && !options.force) {
    const missing = [...NEEDED_FILES, FROM_SAMPLE].filter((name) => !present.includes(name));
    if (missing.length === 0) return { ...result, outcome: "already there", files: present, zip: undefined };
    throw new DownloadError(
      `"${target}" is there, but without ${missing.join(", ")}. Force the download to replace the folder, or choose another one.`,
    );
  }

  await onDisk(folder, makeFolder(folder));
  const zip = await fetchVerified(archive, folder, options);
  const files = await unpack(zip, archive, target, options).catch(async (error: unknown) => {
    if (error instanceof BadArchiveError && !options.keepZip) await rm(zip);
    throw error;
  });
  if (!options.keepZip) await rm(zip);
  return { ...result, outcome: "downloaded", files, zip: options.keepZip ? zip : undefined };
}

/** The sorted names in a folder; `undefined` if there is no such folder. */
async function filesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) === "ENOTDIR") {
      throw new DownloadError(
        `"${folder}" is in the way of the folder to make. Remove it or choose another folder.`,
      );
    }
    throw error;
  }
}

/** The path of the zip, downloaded unless an earlier call left it, and with the MD5 that GroupLens publishes. */
async function fetchVerified(
  archive: MovieLensArchive,
  folder: string,
  { baseUrl = GROUPLENS_URL, signal, retryDelays, onProgress }: DownloadMovieLensOptions,
): Promise<string> {
  const url = new URL(archive.zip, baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`).href;
  const file = join(folder, archive.zip);
  const published = await fetchText(`${url}.md5`, { limit: 4096, signal, retryDelays });
  const expected = parseMd5(published, archive.zip);
  const md5 = () => md5OfFile(file, signal, (done, total) => onProgress?.({ phase: "verify", done, total }));

  const left = await stat(file).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (left?.isFile() && (await md5()) === expected) return file;

  await fetchFile({
    url,
    file,
    signal,
    retryDelays,
    onProgress: (done, total) => onProgress?.({ phase: "download", done, total }),
  });
  const actual = await md5();
  if (actual !== expected) {
    await rm(file);
    throw new DownloadError(
      `${url} arrived damaged: its MD5 is ${actual}, but ${expected} is published for it. It was removed; run the command again.`,
    );
  }
  return file;
}

/** Unpacks beside `target` first, so that `target` is never half there. Gives the sorted names of its files. */
async function unpack(
  zip: string,
  archive: MovieLensArchive,
  target: string,
  { sampleFolder, signal, onProgress }: DownloadMovieLensOptions,
): Promise<string[]> {
  const unpacked = `${target}.unpacking`;
  await rm(unpacked, { recursive: true, force: true });
  try {
    await onDisk(unpacked, mkdir(unpacked));
    const files = await unzip({
      zip,
      folder: unpacked,
      wanted: isKept,
      limit: archive.unpackedLimit,
      signal,
      onProgress: (done, total) => onProgress?.({ phase: "extract", done, total }),
    });
    const missing = NEEDED_FILES.filter((name) => !files.includes(name));
    if (missing.length > 0) {
      throw new BadArchiveError(
        `${archive.zip} has no ${missing.join(" and no ")}. It is not the expected data set.`,
      );
    }
    const copy = join(unpacked, FROM_SAMPLE);
    await onDisk(copy, copyFile(join(sampleFolder, FROM_SAMPLE), copy));
    await replaceFolder(unpacked, target);
    return [...files, FROM_SAMPLE].sort();
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/** Renames a folder to `target`; one that is there goes, but not before the new one is in its place. */
async function replaceFolder(source: string, target: string): Promise<void> {
  const former = `${target}.former`;
  await rm(former, { recursive: true, force: true });
  const replaces = await moveFolder(target, former).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await onDisk(target, rename(source, target));
  } catch (error) {
    if (replaces) await rename(former, target);
    throw error;
  }
  await rm(former, { recursive: true, force: true });
}
