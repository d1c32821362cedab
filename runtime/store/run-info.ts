import { type PartOrder, partKinds } from "../events/part-order.ts";
import { type State, type StateName, type StateType, stateNames, stateTypeOf } from "../events/states.ts";
import type { TaskCounts } from "../events/task-counts.ts";
import type { KnownProcess } from "../processes/known-process.ts";
import { list, maybe, object, oneOf, properties, type Shape, text, time, whole, yesOrNo } from "./shape.ts";

/** What `run.json` says of a run: what it was started with and, when it has ended, how. */
export interface RunInfo {
  readonly id: string;
  readonly name: string;
  /** By which it can be found. */
  readonly tags?: readonly string[];
  readonly flow: string;
  /** The folder whose `.millrace/` has it, as the run's process sees it: elsewhere it may be another. */
  readonly base?: string;
  /** The flow's file, absolute. */
  readonly file: string;
  /** The folder that it was started in: relative paths of its parameters start there. */
  readonly folder: string;
  /** As given, before defaults, without secrets. */
  readonly parameters: { readonly [name: string]: unknown };
  /** The same and the defaults, exactly: base64 of V8's structured-clone bytes; where JSON doesn't say all. */
  readonly exact?: string;
  /** Which part of the flow it is, where it isn't all of it. */
  readonly part?: PartOrder;
  /** Never holds a token. */
  readonly session: string;
  /** Name of the bundle of its flow that it runs, or ran last. */
  readonly bundle?: string;
  readonly attempt: number;
  readonly host: KnownProcess;
  readonly versions: { readonly millrace: string; readonly node: string };
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended?: number;
  readonly state?: State;
  readonly tasks?: TaskCounts;
}

const anyState = object<State>({
  name: oneOf<StateName>(stateNames),
  type: text as Shape<StateType>, // compared below
  message: maybe(text),
});

/** A state whose type is its name's. */
export const state: Shape<State> = (value) => {
  const problem = anyState(value);
  if (problem !== undefined) return problem;
  const { name, type } = value as State; // it is one
  return stateTypeOf(name) === type ? undefined : `.type: is ${JSON.stringify(type)}, which isn't ${name}'s`;
};

export const knownProcess = object<KnownProcess>({
  id: text,
  name: text,
  container: yesOrNo,
  pid: whole(1),
  pidStarted: maybe(text),
});

/** It stands in the run's id, and in commands that are shown to be copied. */
const runName: Shape<string> = (value) =>
  text(value) ??
  (/^[\w.-]{1,200}$/.test(String(value)) ? undefined : `: is ${JSON.stringify(value)}, and no run's name`);

/** What `run.json` has to be. */
export const runInfo: Shape<RunInfo> = object<RunInfo>({
  id: text,
  name: runName,
  tags: maybe(list(text)),
  flow: text,
  base: maybe(text),
  file: text,
  folder: text,
  parameters: properties,
  exact: maybe(text),
  part: maybe(object<PartOrder>({ kind: oneOf(partKinds), selectors: list(text), defer: maybe(text) })),
  session: text,
  bundle: maybe(text),
  attempt: whole(1),
  host: knownProcess,
  versions: object<RunInfo["versions"]>({ millrace: text, node: text }),
  started: time,
  ended: maybe(time),
  state: maybe(state),
  tasks: maybe(object<TaskCounts>({ total: whole(0), completed: whole(0) })),
});

/** Of what form a run's folder is. A newer version may write another. */
export const formOfRun = object<{ readonly format?: number }>({ format: maybe(whole(1)) });
export const ownFormat = 1;

/** Who wrote it, as far as that can be read. */
export const writerOf = object<{ readonly versions: { readonly millrace: string } }>({
  versions: object({ millrace: text }),
});
