import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { z } from "zod";
import type { Flow } from "../authoring/flow.ts";
import { millraceVersion } from "../discovery/version.ts";
import type { ErrorReport } from "../errors/error-report.ts";
import { UsageError } from "../errors/user-error.ts";
import type { ArtifactContent } from "../events/artifacts.ts";
import { type LogLine, LogLines } from "../events/log-lines.ts";
import type { RunEvent } from "../events/run-event.ts";
import { currentTaskRuns, type TaskRunView } from "../events/run-view.ts";
import type { State } from "../events/states.ts";
import { flowResult, readValue } from "../operations/read-value.ts";
import { runSettings } from "../operations/run-settings.ts";
import { runFlow } from "../runner/run-flow.ts";
import { TaskPool } from "../runner/task-pool.ts";
import { readArtifact } from "../store/read-artifact.ts";
import { readRunAs, type StoredRun } from "../store/read-run.ts";
import { flowHere, type ReplacedTask } from "./flow-here.ts";
import { InProcessThreads } from "./in-process-threads.ts";

export interface TestOptions {
  /** Tasks that have another body here; see `replaceTask`. Default: none. */
  readonly replace?: readonly ReplacedTask[];
  /** Where relative paths of the flow start. Default: the current folder. */
  readonly folder?: string;
  /** The engine of `openSession()`. Default: duckdb, whatever the environment says. */
  readonly session?: string;
  /** How many tasks may run at the same time. Default: 4. */
  readonly concurrency?: number;
  /** Cancels the run when it is aborted. Default: none. */
  readonly signal?: AbortSignal;
}

/** One run of a task, as it ended. */
export interface TestedTaskRun {
  /** Such as `Load-0`; of a subflow's task `Inner-0/Load-0`. */
  readonly id: string;
  readonly task: string;
  readonly state: State;
  /** How many tries there were; 0 for one that never ran. */
  readonly tries: number;
  /** What it failed with. */
  readonly error?: ErrorReport;
}

/** What a flow's run in a test came to. Its files are deleted by `await using`, or when the process ends. */
export interface TestedFlow<Result> extends AsyncDisposable {
  readonly state: State;
  /** In the order of their calls. */
  readonly taskRuns: readonly TestedTaskRun[];
  /** What was published, by key. */
  readonly artifacts: {
    readonly [key: string]: { readonly title: string; readonly content: ArtifactContent };
  };
  /** The run's log, with what `console.log` wrote in it. */
  readonly logs: readonly LogLine[];
  readonly events: readonly RunEvent[];
  /**
   * What the flow's body returned.
   * @throws {UserError} where the run did not complete; its cause is what it failed with.
   */
  result(): Promise<Result>;
  /**
   * What a task run returned, by its id, or by its task's name where that ran once.
   * @throws {UsageError} for one that isn't there or did not complete.
   */
  resultOf(taskRun: string): Promise<unknown>;
}

/**
 * Runs a whole flow in the test's own process, with the runner, states, retries, resources and tables that it has
 * in a run; only its tasks run on this thread, so that a debugger, mocks and a replaced task reach them. Never
 * rejects because the flow failed.
 * @throws {UsageError} for parameters that it doesn't take.
 */
export async function testFlow<Parameters extends z.ZodObject, Result>(
  flow: Flow<Parameters, Result>,
  parameters: z.input<Parameters>,
  options: TestOptions = {},
): Promise<TestedFlow<Awaited<Result>>> {
  const base = temporaryFolder();
  const { loaded, find } = flowHere(flow as Flow<never, unknown>, options.replace ?? []); // its schema checks what it gets
  const events: RunEvent[] = [];
  const { path } = await runFlow({
    loaded,
    parameters,
    folder: resolve(options.folder ?? "."),
    base,
    pool: TaskPool.of((listener) => new InProcessThreads(options.concurrency ?? 4, find, listener)),
    version: millraceVersion(),
    ...runSettings({ session: options.session ?? "duckdb" }),
    sharesProcess: true,
    onEvents: (more) => {
      for (const event of more) events.push(event);
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).catch((error: unknown) => {
    remove(base);
    throw error;
  });
  const run = await readRunAs(path, "gone");
  return {
    state: run.state,
    taskRuns: currentTaskRuns(run.view).map(testedTaskRun),
    artifacts: await artifactsOf(run),
    logs: new LogLines().lines(events),
    events,
    result: () => flowResult(run) as Promise<Awaited<Result>>, // what this flow's body returned was stored
    resultOf: async (taskRun) => resultOf(run, taskRun),
    [Symbol.asyncDispose]: async () => remove(base),
  };
}

function testedTaskRun({ id, task, state, attempts, error }: TaskRunView): TestedTaskRun {
  return { id, task, state, tries: attempts.length, ...(error === undefined ? {} : { error }) };
}

async function artifactsOf(run: StoredRun): Promise<TestedFlow<unknown>["artifacts"]> {
  const artifacts: { [key: string]: { title: string; content: ArtifactContent } } = {};
  for (const [key, { title, file }] of run.view.artifacts)
    artifacts[key] = { title, content: await readArtifact(run.path, file) };
  return artifacts;
}

async function resultOf(run: StoredRun, reference: string): Promise<unknown> {
  const { findTaskRun } = await import("../operations/find-task-run.ts");
  const { id, result, state } = findTaskRun(run, reference);
  if (result === undefined) throw new UsageError(`'${id}' has no result: it is ${state.name}.`);
  return readValue(run, result);
}

const folders = new Set<string>();
let removesAtExit = false;

function temporaryFolder(): string {
  if (!removesAtExit) process.once("exit", () => folders.forEach(remove));
  removesAtExit = true;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "millrace-test-flow-")));
  folders.add(folder);
  return folder;
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
}
