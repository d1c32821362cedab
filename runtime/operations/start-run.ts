import { setTimeout as delay } from "node:timers/promises";
import type { LoadedFlow } from "../discovery/load-flow.ts";
import { parseParameters } from "../discovery/parameters.ts";
import { millraceVersion } from "../discovery/version.ts";
import { readAnywhere } from "../disk/read-file.ts";
import type { RunSummary } from "../events/run-summary.ts";
import { parametersOf } from "../runner/kept-parameters.ts";
import { type RunOutcome, runFlow } from "../runner/run-flow.ts";
import type { RunFlowOptions } from "../runner/run-flow-options.ts";
import { TaskPool } from "../runner/task-pool.ts";
import { checkSecrets } from "./check-secrets.ts";
import { findBase } from "./find-base.ts";
import { loadEnvFile } from "./load-env-file.ts";
import { loadForRun } from "./load-for-run.ts";
import { type PartChoice, partOfRun } from "./part-of-run.ts";
import { resolveFlow } from "./resolve-flow.ts";
import { labelOf } from "./run-label.ts";
import { isThreadCount, type RunSettings, runSettings, threadCount } from "./run-settings.ts";
import { runningAlready } from "./running-already.ts";

/** Who hears of a run, and may cancel it. */
export type RunListener = Pick<RunFlowOptions, "onEvents" | "onStarted" | "signal">;

/** Called when all is known that a run needs, and it is about to begin. */
export type Listen = () => RunListener | Promise<RunListener>;

export interface StartOptions {
  /** A flow's name, its file's stem, or a path. */
  readonly flow: string;
  /** Where relative paths of the flow, and the search for it, start. */
  readonly folder: string;
  /** The folder whose `.millrace/` gets the run, where that is known before the flow is loaded. */
  readonly base: string | undefined;
  /** How many threads are probably wanted, as `--threads` has it: they start while the flow is being loaded. */
  readonly threads: string | undefined;
  /** Says what to run it with, once it is known what it takes. */
  readonly choose: (loaded: LoadedFlow) => RunChoices | Promise<RunChoices>;
}

export interface RunChoices {
  /** As given, before defaults. */
  readonly parameters: { readonly [name: string]: unknown };
  readonly settings: RunSettings;
  /** The folder whose `.millrace/` gets the run. */
  readonly base: string;
  /** As `--threads` has it. */
  readonly threads: string | undefined;
  readonly name?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Which part of the flow; default: all of it. */
  readonly part?: PartChoice;
  /** Whether nothing is to be started where a run of the flow is going on in that folder. */
  readonly skipIfRunning?: boolean;
}

/** What came of a flow that was to be run. */
export type StartOutcome =
  | ({ readonly outcome: "ran" } & RunOutcome)
  /** A run of the flow is going on, and this one was not to be started then. */
  | { readonly outcome: "skipped"; readonly running: RunSummary };

/** How long threads wait to be started until it is known which flow they are for, milliseconds. */
const resolvePatience = 20;

/** A flow file of more bytes isn't looked into. */
const largestLookedInto = 1 << 20;

/** A guess: where it is wrong, threads load the engine when they need it, or have it for nothing. */
async function seemsToUseEngine(file: string): Promise<boolean> {
  const text = await readAnywhere(file, largestLookedInto).catch(() => ""); // bundling it will say why
  return text.includes("openSession");
}

/**
 * Runs a flow in this process, to its end.
 * @throws {UserError} for a flow that can't be found or loaded, and for parameters and settings that it can't be run
 *   with.
 */
export async function startRun(options: StartOptions, listen: Listen): Promise<StartOutcome> {
  const { folder } = options;
  const guess = isThreadCount(options.threads) ? threadCount(options.threads) : threadCount(undefined);
  await loadEnvFile(options.base ?? findBase(folder)); // before there are threads, which get what is set then
  const resolved = resolveFlow(options.flow, folder);
  const found = await Promise.race([resolved, delay(resolvePatience)]);
  const usesEngine = found !== undefined && (await seemsToUseEngine(found));
  let pool = await TaskPool.start(guess, usesEngine);
  const file = await resolved;
  const { loaded, choices } = await loadForRun(file, options.base, options.choose);
  const { base, settings } = choices;
  const part = await partOfRun(choices.part ?? {}, base, file);
  const parameters =
    part?.of === undefined ? choices.parameters : { ...parametersOf(part.of).given, ...choices.parameters };
  const { options: flowOptions } = loaded.flow.definition;
  const threads = threadCount(choices.threads ?? flowOptions.threads?.toString());
  if (threads !== guess) {
    await pool.threads.destroy();
    pool = await TaskPool.start(threads, usesEngine);
  }
  const chosen = runSettings(settings);
  await checkSecrets(loaded, parameters);
  const values = parseParameters(flowOptions, parameters);
  const label = labelOf(flowOptions, values, choices);
  const running = choices.skipIfRunning ? await runningAlready(base, file) : undefined;
  if (running !== undefined) return { outcome: "skipped", running };
  const outcome = await runFlow({
    loaded,
    parameters,
    values,
    ...(part === undefined ? {} : { part }),
    folder,
    base,
    pool,
    version: millraceVersion(),
    ...label,
    ...chosen,
    ...(await listen()),
  });
  return { outcome: "ran", ...outcome };
}
