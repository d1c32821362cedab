import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandFailure, isCommandFailure } from "../../runtime/events/command-failure.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { emptyRunView, foldEvents } from "../../runtime/events/run-view.ts";
import { EventReader } from "../../runtime/store/event-reader.ts";
import { areWholeFiles, filesOfEvent, inRunFolder } from "../../runtime/store/result-files.ts";
import { listRunFolders, runPaths } from "../../runtime/store/run-folder.ts";
import { cli } from "../cli/cli.ts";

/** What a flow comes to when nothing goes wrong: the digest of its result. */
export function resultOf(events: readonly RunEvent[]): string {
  const last = events.findLast((event) => event.type === "flow-run-state" && event.flowRun === ".");
  if (last?.type !== "flow-run-state" || last.result === undefined)
    return `no result: ${JSON.stringify(last)}`;
  return last.result.sha256;
}

export function printedEvents(stdout: string): RunEvent[] {
  const lines = stdout.slice(0, stdout.lastIndexOf("\n") + 1).trim();
  if (lines === "") return [];
  const printed = lines.split("\n").map((line) => JSON.parse(line) as RunEvent | CommandFailure); // the command line's own
  return printed.filter((line): line is RunEvent => !isCommandFailure(line));
}

/**
 * What a fault left in a folder, looked at and gone on with by the command line.
 * @param told the events that the process had told of.
 * @param expected the flow's result.
 * @returns what isn't as it was promised, none if all is.
 */
export async function broken(folder: string, told: readonly RunEvent[], expected: string): Promise<string[]> {
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  const ranFile = `${folder}.ran`;
  writeFileSync(ranFile, "");
  const millrace = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli([...args, "--json"], {
      cwd: folder,
      env: { MILLRACE_RAN: ranFile, NODE_OPTIONS: "" },
    });
    // What was about to be written may be garbage, and that is told.
    const others = stderr.replaceAll(/Line \d+ of the run's events\.jsonl can't be read: .*/g, "");
    const isClean = !/can't be read|damaged|internal|\n\s+at /i.test(others);
    check(
      code === 0 && isClean,
      `${args.join(" ")}: exit ${code}, ${stdout.slice(-300)} ${stderr.slice(0, 800)}`,
    );
    return stdout;
  };
  const [path] = await listRunFolders(folder);
  const events = path === undefined ? [] : await new EventReader(runPaths(path).events).read();
  const seqs = new Set(events.map(({ seq }) => seq));
  const forgotten = told.filter(({ seq }) => !seqs.has(seq));
  check(forgotten.length === 0, `told, and forgotten: ${JSON.stringify(forgotten.slice(0, 2))}`);
  for (const event of path === undefined ? [] : events) {
    const files = filesOfEvent(event);
    const isWhole = await areWholeFiles(files, inRunFolder(path ?? ""));
    check(isWhole, `not whole: ${JSON.stringify(files)} of event ${event.seq}`);
  }
  await millrace("runs");
  const view = foldEvents(emptyRunView(), events);
  const ended = [...view.taskRuns.values()]
    .filter(({ state }) => state.type === "COMPLETED")
    .map(({ id }) => id);
  const hasEnded = view.flowRuns.get(".")?.state.type === "COMPLETED";
  if (path !== undefined) await millrace("show", "latest");
  if (path !== undefined && hasEnded) {
    check(resultOf(events) === expected, `another result: ${resultOf(events)}`);
  } else {
    const printed = printedEvents(
      await (path === undefined ? millrace("run", "test.flow.ts") : millrace("resume", "latest")),
    );
    check(resultOf(printed) === expected, `another result: ${resultOf(printed)}`);
    const again = readFileSync(ranFile, "utf8")
      .split("\n")
      .filter((id) => ended.includes(id));
    check(again.length === 0, `ran again: ${again.join(", ")}`);
    const left = readdirSync(join(folder, ".millrace"), { recursive: true }).filter((name) =>
      /\.new/.test(String(name)),
    );
    check(left.length === 0, `left over: ${left.join(", ")}`);
  }
  rmSync(ranFile);
  return problems;
}
