import { relative } from "node:path";
import { findFlowFiles } from "../../discovery/find-flow-files.ts";
import { FlowReader } from "../../discovery/flow-reader.ts";
import type { FlowFile } from "../../discovery/read-flow-file.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import { note, print, printJson } from "../output.ts";
import { paint } from "../render/style.ts";

export interface ListOptions {
  readonly json?: boolean;
}

/** `millrace list`: the flows below the current folder, read from their text. */
export async function listCommand(options: ListOptions): Promise<void> {
  const folder = process.cwd();
  await using reader = new FlowReader();
  const files: FlowFile[] = [];
  for (const file of await findFlowFiles(folder)) files.push((await reader.read(file)).file);
  if (options.json) {
    printJson({
      flows: files.flatMap(({ flow, tasks }) => (flow === undefined ? [] : [{ ...flow, tasks }])),
      problems: files.flatMap(({ problems }) => problems),
    });
    return;
  }
  if (files.length === 0) {
    note(
      "There are no flows below %s. 'millrace init' writes a first one; 'millrace run movie-ratings' runs the one that comes with Millrace.",
      folder,
    );
    return;
  }
  const place = (file: string) => relative(folder, file);
  for (const file of files) if (file.flow !== undefined) print(describeFlow(file, place(file.file)));
  for (const { message, source } of files.flatMap(({ problems }) => problems)) {
    note("%s:%d:%d: %s", visibleLine(place(source.file)), source.line, source.column, message);
  }
}

function describeFlow({ flow, tasks }: FlowFile, file: string): string {
  const names = tasks.map((task) => `  ${visibleLine(task.name)}\n`).join("");
  return `${paint("bold", visibleLine(flow?.name ?? ""))}  ${paint("dim", visibleLine(file))}\n${names}`;
}
