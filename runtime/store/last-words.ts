import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { readBelowSync } from "../disk/read-file.ts";
import { mask } from "../secrets/known-secrets.ts";
import { runPaths } from "./run-folder.ts";

/** How many characters of the last that a process wrote are kept. */
export const lastWordsLength = 16_384;

/**
 * Keeps what a process of the run wrote to stderr last, before it was gone.
 * @returns where; undefined for nothing, or if it can't be kept.
 */
export function keepLastWords(runFolder: string, lastWords: string): string | undefined {
  if (lastWords.trim() === "") return undefined;
  const { lastWords: path } = runPaths(runFolder);
  try {
    appendFileSync(path, `${mask(lastWords.trimEnd())}\n`);
    return path;
  } catch {
    return undefined; // a full disk, or a folder that is gone, is told by the events' writer
  }
}

/** Words of a process that had to be told by another. */
export function wordsOf(pid: number, words: string): string {
  return `Process ${pid}: ${words}`;
}

/** The first line of what a process said last, if that was kept. */
export function lastLineOf(runFolder: string, pid: number): string | undefined {
  try {
    const begin = wordsOf(pid, "");
    const lines = readBelowSync(runFolder, basename(runPaths(runFolder).lastWords), longest)
      .toString()
      .split("\n");
    return lines.findLast((line) => line.startsWith(begin))?.slice(begin.length);
  } catch {
    return undefined; // it said nothing, or what is there isn't ours
  }
}

/** Bytes of words that are read. */
const longest = 4 * 1024 * 1024;
