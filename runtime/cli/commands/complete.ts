import { basename } from "node:path";
import type { Command } from "commander";
import { findFlowFiles, flowFilePattern } from "../../discovery/find-flow-files.ts";
import { listRunFolders } from "../../store/run-folder.ts";
import { nameOfRunId } from "../../store/run-id.ts";
import { baseOption } from "../base-option.ts";
import { completeWords } from "../complete-words.ts";
import { print } from "../output.ts";

/** How many of the newest runs are named. */
const mostRuns = 50;

/** `millrace complete -- <words>`: what the last word can become, a line each, for the scripts of `completion`. */
export async function completeCommand(
  program: Command,
  words: readonly string[],
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  const found = await completeWords(program, isNew ? [...words, ""] : words, {
    async flows() {
      const files = await findFlowFiles(process.cwd());
      return [...files.map((file) => basename(file).replace(flowFilePattern, "")), "movie-ratings"];
    },
    async runs() {
      const folders = await listRunFolders(baseOption(undefined));
      return folders.slice(0, mostRuns).map((folder) => nameOfRunId(basename(folder)));
    },
  });
  const lines = found.filter((word) => !word.includes("\n"));
  if (lines.length > 0) print(`${lines.join("\n")}\n`);
}
