import { appendFileSync } from "node:fs";
import { runPaths } from "./run-folder.ts";

/**
 * Keeps what a process of the run wrote to stderr last, before it was gone.
 * @returns where; undefined for nothing, or if it can't be kept.
 */
export function keepLastWords(runFolder: string, lastWords: string): string | undefined {
  if (lastWords.trim() === "") return undefined;
  const { lastWords: path } = runPaths(runFolder);
  try {
    appendFileSync(path, `${lastWords.trimEnd()}\n`);
    return path;
  } catch {
    return undefined; // a full disk, or a folder that is gone, is told by the events' writer
  }
}
