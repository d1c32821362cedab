import { join, resolve } from "node:path";
import { loadFlow } from "../../discovery/load-flow.ts";
import { withSecrets } from "../../discovery/secret-parameters.ts";
import { UsageError } from "../../errors/user-error.ts";
import { TaskPool } from "../../runner/task-pool.ts";
import { readRun } from "../../store/read-run.ts";
import { executeRun } from "../execute-run.ts";
import { findStoredRun } from "../find-stored-run.ts";
import { findTaskRun } from "../find-task-run.ts";
import { reserveStdout } from "../output.ts";
import { readParameters } from "../parameter-options.ts";
import { type RunSettings, runSettings, threadCount } from "../run-settings.ts";

export interface ResumeOptions extends RunSettings {
  readonly dir?: string;
  readonly threads?: string;
  readonly from?: readonly string[];
  readonly keepResults?: boolean;
  readonly parameters?: string;
}

/** `millrace resume <run>`: the same run goes on, with the flow's code as it is now. */
export async function resumeCommand(reference: string, options: ResumeOptions): Promise<void> {
  if (options.json) reserveStdout();
  const pool = await TaskPool.start(threadCount(options.threads));
  const base = resolve(options.dir ?? ".");
  const path = await findStoredRun(reference, options.dir);
  const run = await readRun(path);
  const { info, state, alive } = run;
  if (alive) throw new UsageError(`The run '${info.id}' is running. 'millrace follow ${info.id}' shows it.`);
  const again = (options.from ?? []).map((reference) => findTaskRun(run, reference).id);
  if (state.type === "COMPLETED" && again.length === 0) {
    throw new UsageError(
      `The run '${info.id}' has completed: there is nothing to resume. '--from <task run>' runs a part of it again.`,
    );
  }
  const settings = runSettings({ ...options, session: options.session ?? sessionOf(info.session) });
  const loaded = await loadFlow(info.file, join(base, ".millrace", "bundles"));
  const given = readParameters(options.parameters);
  const parameters = withSecrets(loaded.flow.definition.options, info, given);
  await executeRun({
    loaded,
    parameters,
    folder: info.folder,
    base,
    pool,
    resume: { path, again: { taskRuns: again, keepResults: options.keepResults ?? false } },
    ...settings,
  });
}

/**
 * The session that the run had.
 * @throws {UsageError} if a secret was a part of it.
 */
function sessionOf(kept: string): string {
  if (!/=\*\*\*(;|$)/.test(kept)) return kept;
  const given = process.env.MILLRACE_SESSION;
  if (given !== undefined && given !== "") return given;
  throw new UsageError(
    `The run's session was ${kept}, and what is secret in it isn't kept. Give it again by --session or MILLRACE_SESSION.`,
  );
}
