import { join } from "node:path";
import type { ArtifactContent } from "../../events/artifacts.ts";
import { flowWithResult } from "../../events/flow-result.ts";
import type { ResultContent } from "../../events/result-content.ts";
import type { ArtifactView } from "../../events/run-view.ts";
import { findStoredRun } from "../../operations/find-run.ts";
import { findTaskRun } from "../../operations/find-task-run.ts";
import { visibleLine } from "../../shown-text/visible-controls.ts";
import { readArtifact } from "../../store/read-artifact.ts";
import { readRun, type StoredRun } from "../../store/read-run.ts";
import { mostShown } from "../../store/task-run-limit.ts";
import { baseOption } from "../base-option.ts";
import { print, printJson } from "../output.ts";
import { wholeNumber } from "../read-options.ts";
import { artifactText } from "../render/artifact-text.ts";
import { runText } from "../render/run-text.ts";
import { shownId } from "../render/shown-id.ts";
import { paint } from "../render/style.ts";

export interface ShowOptions {
  readonly task?: string;
  readonly rows?: string;
  readonly artifacts?: boolean;
  readonly all?: boolean;
  readonly outside?: boolean;
  readonly dir?: string;
  readonly json?: boolean;
}

type Read = { readonly content: ArtifactContent } | { readonly problem: string };

/** `millrace show <run>`: all that is known of a run but its log. */
export async function showCommand(reference: string, options: ShowOptions): Promise<void> {
  const rows = wholeNumber("--rows", options.rows ?? "5", 1);
  const run = await readRun(await findStoredRun(reference, baseOption(options.dir)), mostShown);
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
  const sample = { rows, outside: options.outside ?? false };
  const result = options.artifacts ? undefined : await flowResult(run, sample);
  if (options.json) {
    const contents = artifacts.map(({ artifact, read }) => ({ ...artifact, ...read }));
    const told = result ?? null;
    printJson(options.artifacts ? contents : { ...plainRun(run), result: told, artifacts: contents });
    return;
  }
  const columns = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  const all = options.all ?? false;
  const lines = options.artifacts ? [] : runText(run, { columns, now: Date.now(), all });
  if (result !== undefined) {
    lines.push("", paint("bold", "Result"));
    lines.push(...("problem" in result ? [result.problem] : resultLines(result, { rows, columns })));
  }
  for (const { artifact, read } of artifacts) {
    lines.push("", ...heading(artifact, "content" in read && read.content.kind === "check"));
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
  const columns = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  const lines = [paint("bold", visibleLine(taskRun.id)), ...resultLines(result, { rows, columns })];
  print(`${lines.join("\n")}\n`);
}

function resultLines(
  { text, tables }: ResultContent,
  size: { readonly rows: number; readonly columns: number },
): string[] {
  const lines = [text];
  for (const table of tables)
    lines.push(
      "",
      ...(table.outside
        ? [`Its rows are in ${table.elsewhere}, outside of this folder: --outside reads them.`]
        : []),
      ...artifactText({ kind: "table", ...table }, { ...size, file: "" }),
    );
  return lines;
}

/** What the flow returned; a run whose result can't be read is shown all the same. */
async function flowResult(
  run: StoredRun,
  sample: { readonly rows: number; readonly outside: boolean },
): Promise<ResultContent | { readonly problem: string } | undefined> {
  const flow = flowWithResult(run.view);
  if (flow === undefined) return undefined;
  const { readResultContent } = await import("../../operations/read-result.ts");
  try {
    return await readResultContent(run, flow, sample);
  } catch (error) {
    return { problem: `It can't be read: ${(error as Error).message}` }; // fs and the store throw errors only
  }
}

async function readOrTell(runFolder: string, file: string): Promise<Read> {
  try {
    return { content: await readArtifact(runFolder, file) };
  } catch (error) {
    return { problem: `It can't be read: ${(error as Error).message}` }; // fs and the store throw errors only
  }
}

/** @param isCheck of a check, whose description is what it found. */
function heading({ title, description, taskRun }: ArtifactView, isCheck: boolean): string[] {
  if (isCheck) return [paint("bold", visibleLine(taskRun === undefined ? title : shownId(taskRun)))];
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
