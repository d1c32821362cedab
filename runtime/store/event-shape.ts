import type { ErrorReport, SourceLocation } from "../errors/error-report.ts";
import type { PortableValue } from "../errors/portable-value.ts";
import { artifactKinds } from "../events/artifacts.ts";
import {
  type ContentDigest,
  logLevels,
  type ResourceStateName,
  type ResultRef,
  type ResultTable,
  type RunEvent,
  type SourceFiles,
  type Upstream,
} from "../events/run-event.ts";
import { isWithin, parentOf } from "../events/run-ids.ts";
import { state } from "./run-info.ts";
import {
  anything,
  either,
  list,
  maybe,
  number,
  object,
  oneOf,
  type Shape,
  text,
  time,
  whole,
  yesOrNo,
} from "./shape.ts";

const source = object<SourceLocation>({ file: text, line: whole(0), column: whole(0) });

const error = object<ErrorReport>({
  name: text,
  message: text,
  stack: maybe(text),
  source: maybe(source),
  thrown: anything as Shape<PortableValue | undefined>, // looked at where it is made a value again
});

const upstream = list(object<Upstream>({ run: text, argument: maybe(text), allowFailure: maybe(yesOrNo) }));

/** A file that lies in one of the run's own folders, and in none within that. */
function fileIn(folder: string): Shape<string> {
  return (value) => {
    const problem = text(value);
    if (problem !== undefined) return problem;
    const [first, name, ...more] = String(value).split("/");
    const isOwn = first === folder && name !== undefined && more.length === 0 && isPlainName(name);
    return isOwn ? undefined : `: is ${JSON.stringify(value)}, and no file in ${folder}/`;
  };
}

function isPlainName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[\\\0]/.test(name);
}

/** Of a table: in the run's folder, in the one that its runs are in, or wherever the flow read it. */
const tablePath: Shape<string> = (value) => {
  const problem = text(value);
  if (problem !== undefined) return problem;
  const path = String(value);
  if (path.startsWith("./")) return fileIn("results")(path.slice(2));
  const inBase = path.startsWith("../../../") ? path.slice("../../../".length) : undefined;
  const leadsOut = inBase === undefined ? path.startsWith("../") : inBase.split(/[\\/]/).includes("..");
  return leadsOut ? `: is ${JSON.stringify(value)}, which leads out of the run's folder` : undefined;
};

const sourceFiles = object<SourceFiles>({
  kind: oneOf(["file", "folder", "nothing"] as const),
  which: oneOf(["all", "parquet"] as const),
  files: list(
    object<SourceFiles["files"][number]>({
      name: text,
      size: whole(0),
      stamp: text,
      sha256: maybe(text),
      unsettled: anything as Shape<true | undefined>, // any sign will do
    }),
  ),
});

const digest = object<ContentDigest>({ sha256: text, bytes: whole(0), contents: maybe(text) });

const stored: Shape<ResultRef["stored"]> = either(
  oneOf(["nothing"] as const),
  either(
    object<{ readonly inline: string }>({ inline: text }),
    object<{ readonly file: string }>({ file: fileIn("results") }),
  ),
);

/** Where a result is, and what it was. */
export const resultRef = object<ResultRef>({
  stored,
  sha256: text,
  bytes: whole(0),
  preview: text,
  tables: maybe(
    list(
      object<ResultTable>({
        path: text,
        columns: list(object<{ readonly name: string; readonly type: string }>({ name: text, type: text })),
        handle: object<ResultTable["handle"]>({ kind: text, path: tablePath, source: maybe(sourceFiles) }),
        digest: maybe(digest),
      }),
    ),
  ),
});

const resourceStates: readonly ResourceStateName[] = ["SettingUp", "Open", "TearingDown", "Closed", "Failed"];

type Body<Type extends RunEvent["type"]> = Omit<
  Extract<RunEvent, { type: Type }>,
  "type" | "seq" | "time" | "writer"
>;

const bodies: { readonly [Type in RunEvent["type"]]: Shape<Body<Type>> } = {
  "run-started": object<Body<"run-started">>({
    attempt: whole(1),
    flow: text,
    runName: text,
    base: maybe(text),
    threads: whole(0),
    parameters: anything,
  }),
  "flow-run-created": object<Body<"flow-run-created">>({
    flowRun: text,
    name: text,
    flow: text,
    parent: text,
    upstream: maybe(upstream),
  }),
  "flow-run-state": object<Body<"flow-run-state">>({
    flowRun: text,
    state,
    error: maybe(error),
    result: maybe(resultRef),
  }),
  "task-run-created": object<Body<"task-run-created">>({
    taskRun: text,
    name: text,
    task: text,
    flowRun: text,
    upstream: maybe(upstream),
    resources: maybe(list(text)),
    tags: maybe(list(text)),
    mapped: maybe(
      object<{ readonly group: string; readonly index: number }>({ group: text, index: whole(0) }),
    ),
    source: maybe(source),
    inputs: text,
    code: maybe(text),
    again: maybe(yesOrNo),
    arguments: maybe(list(text)),
    adopted: maybe(yesOrNo),
  }),
  "map-created": object<Body<"map-created">>({
    map: text,
    name: text,
    task: text,
    flowRun: text,
    upstream: maybe(upstream),
    resources: maybe(list(text)),
  }),
  "map-state": object<Body<"map-state">>({ map: text, state, count: maybe(whole(0)), error: maybe(error) }),
  "task-run-adopted": object<Body<"task-run-adopted">>({ taskRun: text }),
  "task-run-state": object<Body<"task-run-state">>({
    taskRun: text,
    state,
    attempt: maybe(whole(0)),
    thread: maybe(whole(0)),
    due: maybe(time),
    retry: maybe(
      object<{ readonly number: number; readonly of: number }>({ number: whole(1), of: whole(1) }),
    ),
    error: maybe(error),
    result: maybe(resultRef),
    used: maybe(text),
  }),
  "resource-created": object<Body<"resource-created">>({ resource: text, name: text, flowRun: text }),
  "resource-state": object<Body<"resource-state">>({
    resource: text,
    state: oneOf(resourceStates),
    error: maybe(error),
  }),
  log: object<Body<"log">>({
    level: oneOf(logLevels),
    message: text,
    flowRun: maybe(text),
    taskRun: maybe(text),
  }),
  artifact: object<Body<"artifact">>({
    key: text,
    kind: oneOf(artifactKinds),
    title: text,
    description: maybe(text),
    file: fileIn("artifacts"),
    digest: maybe(digest),
    flowRun: text,
    taskRun: maybe(text),
  }),
  progress: object<Body<"progress">>({
    taskRun: text,
    done: number,
    total: maybe(number),
    message: maybe(text),
  }),
  "cancel-requested": object<Body<"cancel-requested">>({ reason: text }),
};

const knownTypes = oneOf(Object.keys(bodies) as RunEvent["type"][]); // of a closed literal
const envelope = object<Pick<RunEvent, "seq" | "time" | "writer" | "type">>({
  seq: whole(1),
  time,
  writer: maybe(whole(1)),
  type: knownTypes,
});

/** A line of a run's events. A subflow's id begins with its parent's, so that none can be within itself. */
export const runEvent: Shape<RunEvent> = (value) => {
  const problem = envelope(value);
  if (problem !== undefined) return problem;
  const event = value as RunEvent; // as far as is known until the next line
  const inBody = bodies[event.type](event);
  if (inBody !== undefined) return inBody;
  if (
    event.type === "flow-run-created" &&
    !(isWithin(event.flowRun, event.parent) && parentOf(event.flowRun) === event.parent)
  )
    return `.flowRun: is ${JSON.stringify(event.flowRun)}, which isn't in ${JSON.stringify(event.parent)}`;
  return undefined;
};
