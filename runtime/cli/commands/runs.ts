import { basename } from "node:path";
import { flowFilePattern } from "../../discovery/find-flow-files.ts";
import type { RunSummary } from "../../events/run-summary.ts";
import { makeState, stateNames } from "../../events/states.ts";
import { listRuns } from "../../store/read-run.ts";
import { baseOption } from "../base-option.ts";
import { note, print, printJson } from "../output.ts";
import { choice, wholeNumber } from "../read-options.ts";
import { duration, localTime } from "../render/durations.ts";
import { paint, stateStyle } from "../render/style.ts";
import { textTable } from "../render/text-table.ts";

export interface RunsOptions {
  readonly flow?: string;
  readonly state?: string;
  readonly tag?: readonly string[];
  readonly limit?: string;
  readonly dir?: string;
  readonly json?: boolean;
}

/** So many runs are shown where nothing else is asked for. */
const pageSize = 100;

/** `millrace runs`: the runs of a folder, newest first. */
export async function runsCommand(options: RunsOptions): Promise<void> {
  // A type comes before the name that it shares: `--state failed` finds those that timed out too.
  const types = new Set(stateNames.map((name) => makeState(name).type));
  const state = options.state && choice("--state", options.state, [...types, ...stateNames]);
  const limit = options.limit === undefined ? undefined : wholeNumber("--limit", options.limit, 1);
  const base = baseOption(options.dir);
  const wanted = (run: RunSummary) =>
    (options.flow === undefined || run.flow === options.flow || stem(run) === options.flow) &&
    (options.tag ?? []).every((tag) => run.tags?.includes(tag)) &&
    (!state || run.state.name === state || run.state.type === state);
  const page = limit ?? (options.json ? undefined : pageSize);
  const found = await listRuns(base, { wanted, most: page === undefined ? undefined : page + 1 });
  const { unreadable, total } = found;
  const shown = found.runs.slice(0, page);
  for (const { id, error } of unreadable) note("The run '%s' can't be read: %s", id, error);
  for (const { id, damages = [] } of shown)
    for (const damage of damages) note("The run '%s': %s", id, damage);
  if (options.json) {
    printJson(shown.map((run) => ({ ...run, ended: run.ended ?? null })));
    return;
  }
  if (total === unreadable.length) {
    note("%s has no runs yet. Start one with 'millrace run <flow>'; 'millrace list' shows the flows.", base);
    return;
  }
  if (shown.length === 0) note("None of the %d runs is of that kind.", total - unreadable.length);
  else print(`${table(shown, Date.now()).join("\n")}\n`);
  if (limit === undefined && found.runs.length > shown.length)
    note("These are the newest %d of %d runs; --limit <n> shows more.", shown.length, total);
  if (shown.some((run) => run.unsure))
    note("?: it may be gone. Its process can't be asked from here; 'millrace show' looks for longer.");
}

function stem(run: RunSummary): string {
  return basename(run.file).replace(flowFilePattern, "");
}

/** UTF-16 units of a flow's name that are listed. */
const longestFlow = 200;

function table(runs: readonly RunSummary[], now: number): string[] {
  const named = new Set<string>();
  const rows = runs.map((run) => {
    // A name means the newest run of that name; an older one is told by its id.
    const reference = named.has(run.name) ? run.id : run.name;
    named.add(run.name);
    const { completed, total } = run.tasks;
    const took = run.state.type === "CRASHED" ? "" : duration((run.ended ?? now) - run.started);
    return [
      reference,
      run.flow.slice(0, longestFlow),
      run.unsure ? `${run.state.name}?` : run.state.name,
      localTime(run.started),
      took,
      `${completed}/${total}`,
    ];
  });
  const paintState = (cell: string, row: number) => {
    const run = runs[row];
    return run === undefined ? cell : paint(stateStyle(run.state), cell);
  };
  return textTable(
    [
      // It is what other commands want to be told.
      { title: "RUN", least: Number.POSITIVE_INFINITY },
      { title: "FLOW", least: 8 },
      { title: "STATE", paint: paintState },
      { title: "STARTED" },
      { title: "TOOK", align: "right" },
      { title: "TASKS", align: "right" },
    ],
    rows,
    process.stdout.columns,
  );
}
