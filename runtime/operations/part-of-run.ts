import { UsageError } from "../errors/user-error.ts";
import type { PartOrder } from "../events/part-order.ts";
import type { DeferredRun } from "../runner/deferred-results.ts";
import type { RunFlowOptions } from "../runner/run-flow-options.ts";
import { listRuns, readRun } from "../store/read-run.ts";
import type { RunInfo } from "../store/run-info.ts";
import { findStoredRun } from "./find-run.ts";

/** Which part of a flow is asked for, as options of the command line have it. */
export interface PartChoice {
  readonly only?: readonly string[];
  readonly until?: readonly string[];
  readonly from?: readonly string[];
  readonly onlyChecks?: boolean;
  /** A run whose results stand for what isn't run. Default: the flow's latest that has completed as a whole. */
  readonly defer?: string;
}

const namedKinds = ["only", "until", "from"] as const;

/**
 * What a run of a part of a flow needs, and the parameters of the run that its other results are of.
 * @throws {UsageError} for more than one kind of part, and for a run that isn't there or is another flow's.
 */
export async function partOfRun(
  choice: PartChoice,
  base: string,
  file: string,
): Promise<(RunFlowOptions["part"] & { readonly of: RunInfo | undefined }) | undefined> {
  const kinds: PartOrder["kind"][] = namedKinds.filter((kind) => choice[kind] !== undefined);
  if (choice.onlyChecks === true) kinds.push("only-checks");
  const [kind] = kinds;
  if (kind === undefined) {
    if (choice.defer === undefined) return undefined;
    throw new UsageError(
      "--defer is for a part of a flow: give --only, --until, --from or --only-checks, too.",
    );
  }
  if (kinds.length > 1)
    throw new UsageError(`Give one of ${kinds.map((each) => `--${each}`).join(" and ")}.`);
  const deferred = await deferredRun(choice, kind, base, file);
  const order = {
    kind,
    selectors: kind === "only-checks" ? [] : (choice[kind] ?? []),
    ...(deferred === undefined ? {} : { defer: deferred.id }),
  };
  return { order, runs: deferred === undefined ? [] : [deferred], of: deferred?.info };
}

async function deferredRun(
  { defer }: PartChoice,
  kind: PartOrder["kind"],
  base: string,
  file: string,
): Promise<(DeferredRun & { readonly info: RunInfo }) | undefined> {
  if (defer === undefined && (kind === "until" || kind === "only-checks")) return undefined;
  const path = defer === undefined ? await latestWhole(base, file) : await findStoredRun(defer, base);
  if (path === undefined) return undefined;
  const { info, view } = await readRun(path);
  if (info.file !== file) throw new UsageError(`The run '${info.id}' is of ${info.file}, another flow.`);
  return { id: info.id, path, view, info };
}

async function latestWhole(base: string, file: string): Promise<string | undefined> {
  const { runs } = await listRuns(base, {
    wanted: (run) => run.file === file && run.state.type === "COMPLETED" && run.part === undefined,
    most: 1,
  });
  return runs[0]?.path;
}

/** The same of a run that goes on: what it has taken or run before stands for the rest, then what it deferred to. */
export async function partOfResumed(
  run: DeferredRun & { readonly info: RunInfo },
  base: string,
): Promise<RunFlowOptions["part"]> {
  const { part: order } = run.info;
  if (order === undefined) return undefined;
  const others: DeferredRun[] = [];
  if (order.defer !== undefined) {
    const path = await findStoredRun(order.defer, base).catch(() => undefined); // pruned: what was taken is in the run
    if (path !== undefined) others.push({ id: order.defer, path, view: (await readRun(path)).view });
  }
  return { order, runs: [run, ...others] };
}
