import { join } from "node:path";
import { loadFlow } from "../discovery/load-flow.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { withSecrets } from "../discovery/secret-parameters.ts";
import { millraceVersion } from "../discovery/version.ts";
import { UsageError } from "../errors/user-error.ts";
import { currentTaskRuns } from "../events/run-view.ts";
import { selects } from "../events/select-task-runs.ts";
import { parametersOf } from "../runner/kept-parameters.ts";
import { runFlow } from "../runner/run-flow.ts";
import { TaskPool } from "../runner/task-pool.ts";
import { readRun, type StoredRun } from "../store/read-run.ts";
import { checkSecrets } from "./check-secrets.ts";
import { findStoredRun } from "./find-run.ts";
import { findTaskRun } from "./find-task-run.ts";
import { loadEnvFile } from "./load-env-file.ts";
import { partOfResumed } from "./part-of-run.ts";
import { type RunSettings, runSettings, threadCount } from "./run-settings.ts";
import { sessionOf } from "./session-of-run.ts";
import type { Listen, StartOutcome } from "./start-run.ts";

export interface ResumeOptions {
  /** A run's id, its name, the beginning of either, or `latest`. */
  readonly run: string;
  /** The folder whose `.millrace/` has it. */
  readonly base: string;
  /** As `--threads` has it. */
  readonly threads: string | undefined;
  /** Task runs that run again too, and all below them. */
  readonly from: readonly string[];
  /** Takes results whose tasks' code has changed since, too. */
  readonly keepResults: boolean;
  /** The run's secrets, which aren't kept. */
  readonly parameters: { readonly [name: string]: unknown };
  /** Its session is by default the one that the run had. */
  readonly settings: RunSettings;
}

/**
 * Goes on with a run in this process, to its end, with the flow's code as it is now.
 * @throws {UsageError} for a run that isn't there, is alive, or has nothing to be resumed; {UserError} for a flow
 *   that can't be loaded.
 */
export async function resumeRun(options: ResumeOptions, listen: Listen): Promise<StartOutcome> {
  const { base, settings } = options;
  await loadEnvFile(base);
  const guess = threadCount(options.threads);
  let pool = await TaskPool.start(guess);
  const path = await findStoredRun(options.run, base);
  const run = await readRun(path);
  const { info, state, alive } = run;
  if (alive) throw new UsageError(`The run '${info.id}' is running. 'millrace follow ${info.id}' shows it.`);
  const again = options.from.flatMap((reference) => taskRunsOf(run, reference));
  if (state.type === "COMPLETED" && again.length === 0) {
    throw new UsageError(
      `The run '${info.id}' has completed: there is nothing to resume. '--from <task run>' runs a part of it again.`,
    );
  }
  const chosen = runSettings({ ...settings, session: settings.session ?? sessionOf(info.session) });
  const loaded = await loadFlow(info.file, join(base, ".millrace", "bundles"));
  const { options: flowOptions } = loaded.flow.definition;
  const threads = threadCount(options.threads ?? flowOptions.threads?.toString());
  if (threads !== guess) {
    await pool.threads.destroy();
    pool = await TaskPool.start(threads);
  }
  const kept = parametersOf(info);
  const parameters = withSecrets(flowOptions, { id: info.id, parameters: kept.given }, options.parameters);
  const values = parseParameters(flowOptions, parameters);
  for (const [name, value] of Object.entries(kept.defaults))
    if (name in values && !(name in parameters)) values[name] = value; // as it was when the run began
  await checkSecrets(loaded, parameters);
  const part = await partOfResumed({ id: info.id, path, view: run.view, info }, base);
  const outcome = await runFlow({
    loaded,
    parameters,
    values,
    folder: info.folder,
    base,
    pool,
    version: millraceVersion(),
    ...(part === undefined ? {} : { part }),
    resume: { path, again: { taskRuns: again, keepResults: options.keepResults } },
    ...chosen,
    ...(await listen()),
  });
  return { outcome: "ran", ...outcome };
}

/** What a selector means in a run: a map's id stands for all of its task runs. */
function taskRunsOf(run: StoredRun, selector: string): string[] {
  if (run.view.maps.has(selector)) return [selector];
  const isSelected = selects([selector]);
  const selected = currentTaskRuns(run.view).filter((taskRun) => isSelected(taskRun));
  return selected.length > 0 ? selected.map(({ id }) => id) : [findTaskRun(run, selector).id];
}
