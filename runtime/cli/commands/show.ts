import { join } from "node:path";
import type { ArtifactContent } from "../../events/artifacts.ts";
import type { ArtifactView } from "../../events/run-view.ts";
import { findStoredRun } from "../../operations/find-run.ts";
import { findTaskRun } from "../../operations/find-task-run.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import { readArtifact } from "../../store/read-artifact.ts";
import { readRun, type StoredRun } from "../../store/read-run.ts";
import { baseOption } from "../base-option.ts";
import { print, printJson } from "../output.ts";
import { wholeNumber } from "../read-options.ts";
import { artifactText } from "../render/artifact-text.ts";
import { runText } from "../render/run-text.ts";
import { paint } from "../render/style.ts";

export interface ShowOptions {
  readonly task?: string;
  readonly rows?: string;
  readonly artifacts?: boolean;
  readonly outside?: boolean;
  readonly dir?: string;
  readonly json?: boolean;
}

type Read = { readonly content: ArtifactContent } | { readonly problem: string };

/** `millrace show <run>`: all that is known of a run but its log. */
export async function showCommand(reference: string, options: ShowOptions): Promise<void> {
  const rows = wholeNumber("--rows", options.rows ?? "5", 1);
  const run = await readRun(await findStoredRun(reference, baseOption(options.dir)));
  if (options.task !== undefined) {
    await showResult(run, options.task, options);
    return;
  }
  const artifacts = await Promise.all(
    [...run.view.artifacts.values()].map(async (artifact) => ({
      artifact,
      read: await readOrTell(run.path, artifact.file),
    })),
  );
  if (options.json) {
    const contents = artifacts.map(({ artifact, read }) => ({ ...artifact, ...read }));
    printJson(options.artifacts ? contents : { ...plainRun(run), artifacts: contents });
    return;
  }
  const columns = process.stdout.columns ?? 100;
  const lines = options.artifacts ? [] : runText(run, { columns, now: Date.now() });
  for (const { artifact, read } of artifacts) {
    lines.push("", ...heading(artifact));
    const file = join(run.path, artifact.file);
    lines.push(...("content" in read ? artifactText(read.content, { rows, columns, file }) : [read.problem]));
  }
  print(`${lines.join("\n").replace(/^\n/, "")}\n`);
}

/** `millrace show <run> --task <task run>`: what a task run returned. */
async function showResult(run: StoredRun, reference: string, options: ShowOptions): Promise<void> {
  const taskRun = findTaskRun(run, reference);
  const { readResultContent } = await import("../../operations/read-result.ts");
  const rows = wholeNumber("--rows", options.rows ?? (options.json ? "200" : "5"), 1);
  const result = await readResultContent(run, taskRun, { rows, outside: options.outside ?? false });
  if (options.json) {
    printJson(result);
    return;
  }
  const size = { rows, columns: process.stdout.columns ?? 100, file: "" };
  const lines = [paint("bold", visibleLine(taskRun.id)), result.text];
  for (const table of result.tables)
    lines.push(
      "",
      ...(table.outside
        ? [`Its rows are in ${table.elsewhere}, outside of this folder: --outside reads them.`]
        : table.elsewhere === undefined
          ? []
          : [`Its rows are in ${table.elsewhere}, not read from there.`]),
      ...artifactText({ kind: "table", ...table }, size),
    );
  print(`${lines.join("\n")}\n`);
}

async function readOrTell(runFolder: string, file: string): Promise<Read> {
  try {
    return { content: await readArtifact(runFolder, file) };
  } catch (error) {
    return { problem: `It can't be read: ${(error as Error).message}` }; // fs and the store throw errors only
  }
}

function heading({ title, description }: ArtifactView): string[] {
  return [
    paint("bold", visibleLine(title)),
    ...(description === undefined ? [] : [paint("dim", description)]),
  ];
}

/** Everything of a run as plain JSON. */
function plainRun({ info, view, state, alive, path }: StoredRun) {
  return {
    ...info,
    state,
    alive,
    path,
    ended: info.ended ?? null,
    attempt: Math.max(info.attempt, view.attempt),
    threads: view.threads,
    cancelRequested: view.cancelRequested,
    logLines: view.logLines,
    ...(view.damages.length === 0 ? {} : { damages: view.damages }),
    flowRuns: [...view.flowRuns.values()],
    taskRuns: [...view.taskRuns.values()],
    resources: [...view.resources.values()],
  };
}
