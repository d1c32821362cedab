import { join } from "node:path";
import { type LoadedFlow, loadFlow } from "../discovery/load-flow.ts";
import { millraceVersion } from "../discovery/version.ts";
import { type RunOutcome, runFlow } from "../runner/run-flow.ts";
import type { RunFlowOptions } from "../runner/run-flow-options.ts";
import { TaskPool } from "../runner/task-pool.ts";
import { makeStore } from "../store/run-folder.ts";
import { checkSecrets } from "./check-secrets.ts";
import { resolveFlow } from "./resolve-flow.ts";
import { type RunSettings, runSettings, threadCount } from "./run-settings.ts";

/** Who hears of a run, and may cancel it. */
export type RunListener = Pick<RunFlowOptions, "onEvents" | "onStarted" | "signal">;

/** Called when all is known that a run needs, and it is about to begin. */
export type Listen = () => RunListener | Promise<RunListener>;

export interface StartOptions {
  /** A flow's name, its file's stem, or a path. */
  readonly flow: string;
  /** Where relative paths of the flow, and the search for it, start. */
  readonly folder: string;
  /** The folder whose `.millrace/` gets the run. */
  readonly base: string;
  /** As `--threads` has it. */
  readonly threads: string | undefined;
  /** Says what to run it with, once it is known what it takes. */
  readonly choose: (loaded: LoadedFlow) => RunChoices | Promise<RunChoices>;
}

export interface RunChoices {
  /** As given, before defaults. */
  readonly parameters: { readonly [name: string]: unknown };
  readonly settings: RunSettings;
}

/**
 * Runs a flow in this process, to its end.
 * @throws {UserError} for a flow that can't be found or loaded, and for parameters and settings that it can't be run
 *   with.
 */
export async function startRun(options: StartOptions, listen: Listen): Promise<RunOutcome> {
  const { folder, base } = options;
  // Threads start while the flow is being bundled.
  const pool = await TaskPool.start(threadCount(options.threads));
  const file = await resolveFlow(options.flow, folder);
  const loaded = await loadFlow(file, join(await makeStore(base), "bundles"));
  const { parameters, settings } = await options.choose(loaded);
  const chosen = runSettings(settings);
  await checkSecrets(loaded, parameters);
  return runFlow({
    loaded,
    parameters,
    folder,
    base,
    pool,
    version: millraceVersion(),
    ...chosen,
    ...(await listen()),
  });
}
