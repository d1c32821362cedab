import { basename } from "node:path";
import { finishMoves } from "../disk/written-folders.ts";
import { thisProcess } from "../processes/known-process.ts";
import { clearCancelRequest } from "../store/cancel-request.ts";
import { holdRun } from "../store/hold-run.ts";
import { removeLeftOversOfRun } from "../store/left-overs.ts";
import { damageText } from "../store/read-run.ts";
import { createRunFolder, writeRunInfo } from "../store/run-folder.ts";
import type { RunInfo } from "../store/run-info.ts";
import type { RunLock } from "../store/run-lock.ts";
import { takeRun } from "../store/take-run.ts";
import { EarlierAttempt } from "./earlier-attempt.ts";
import { keptParameters } from "./kept-parameters.ts";
import type { RunFlowOptions } from "./run-flow-options.ts";
import { randomRunName } from "./run-name.ts";
import { Writings } from "./writings.ts";

/** A run's folder, held by this process. */
export interface OpenedRun {
  readonly path: string;
  readonly info: RunInfo;
  readonly earlier: EarlierAttempt | undefined;
  readonly writings: Writings;
  readonly lock: RunLock;
  /** Of the last event before. */
  readonly seq: number;
  readonly warnings: readonly string[];
}

/**
 * Makes a run's folder, or takes over that of a run to go on with.
 * @param values its parameters with defaults.
 * @throws {UserError} for a run that another process has.
 */
export async function openRun(
  options: RunFlowOptions,
  values: { readonly [name: string]: unknown },
): Promise<OpenedRun> {
  const { base } = options;
  const about = {
    base,
    session: options.sessionLabel,
    bundle: basename(options.loaded.bundle.path),
    host: await thisProcess(),
    versions: { millrace: options.version, node: process.versions.node },
  };
  await finishMoves(base);
  if (options.resume !== undefined) {
    const { path, again } = options.resume;
    const { lock, before } = await takeRun(path);
    const { ended, state, tasks, ...rest } = before.info;
    const info: RunInfo = { ...rest, ...about, attempt: rest.attempt + 1 };
    await removeLeftOversOfRun(path);
    await clearCancelRequest(path);
    await writeRunInfo(path, info, lock.check);
    const warnings = before.damages.filter(({ passedBy }) => passedBy === lock.number).map(damageText);
    const writings = await Writings.read(path, lock.number);
    const earlier = await EarlierAttempt.read(before.view, path, again);
    return { path, info, lock, seq: before.view.seq, warnings, writings, earlier };
  }
  const { info, path } = await createRunFolder(base, {
    name: options.name ?? randomRunName(),
    ...(options.tags === undefined || options.tags.length === 0 ? {} : { tags: options.tags }),
    flow: options.loaded.name,
    file: options.loaded.bundle.file,
    folder: options.folder,
    ...keptParameters(options.loaded.flow.definition.options, options.parameters, values),
    ...(options.part === undefined ? {} : { part: options.part.order }),
    attempt: 1,
    started: Date.now(),
    ...about,
  });
  const lock = await holdRun(path);
  const writings = await Writings.read(path, lock.number);
  return { path, info, lock, seq: 0, warnings: [], writings, earlier: undefined };
}
