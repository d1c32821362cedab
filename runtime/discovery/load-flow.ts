import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { shared } from "../authoring/context.ts";
import type { Definition } from "../authoring/definition.ts";
import { type Flow, isFlow } from "../authoring/flow.ts";
import type { ResourceDefinition } from "../authoring/resource.ts";
import type { TaskDefinition } from "../authoring/task.ts";
import type { SourceLocation } from "../errors/error-report.ts";
import { locate, userStack } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";
import type { FlowWarning } from "../events/flow-graph.ts";
import { bundleFlow, type FlowBundle } from "./bundle-flow.ts";
import { type TaskCode, taskCodes } from "./task-code/task-codes.ts";

/** A flow whose modules have been imported into this process. */
export interface LoadedFlow {
  readonly bundle: FlowBundle;
  readonly flow: Flow<never, unknown>;
  readonly name: string;
  readonly tasks: ReadonlyMap<string, LoadedTask>;
  /** Finds tasks that are wherever they are defined, where the flow runs in the process that has imported it. */
  readonly taskHere?: (definition: TaskDefinition) => LoadedTask;
  /** What whoever wrote it may not have meant. */
  readonly warnings: readonly FlowWarning[];
  /** Names that its code asks for by `secret("...")`. */
  readonly secrets: readonly string[];
  /** The code that each resource can reach. */
  readonly resources: ReadonlyMap<ResourceDefinition, TaskCode>;
}

export interface LoadedTask {
  readonly definition: TaskDefinition;
  readonly source: SourceLocation | undefined;
  readonly code: TaskCode;
}

/**
 * Bundles and imports a flow file, in this process: only ever in one that runs or inspects this flow alone.
 * @throws {UserError} for a file that can't be built, fails when imported, exports no flow, or names two tasks alike.
 */
export async function loadFlow(file: string, bundleFolder: string): Promise<LoadedFlow> {
  const bundle = await bundleFlow(file, bundleFolder);
  process.setSourceMapsEnabled(true);
  const known = shared.tasks.length;
  const knownResources = shared.resources.length;
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(bundle.path).href)) as typeof module; // any module is one
  } catch (error) {
    throw new UserError(`${file} fails when it is imported.\n${userStack(error)}`, {
      source: error instanceof Error ? locate(error.stack ?? "") : undefined,
    });
  }
  if (!isFlow(module.default)) {
    throw new UserError(
      `${file} has no flow as its default export. Write: export default flow({ name: "..." }, async () => { ... });`,
    );
  }
  const definitions = shared.tasks.slice(known);
  const resources = shared.resources.slice(knownResources);
  const codes = await taskCodes(bundle, [...definitions, ...resources]);
  const tasks = tasksByName(definitions, codes);
  // isFlow can't tell the parameters' type; nobody calls it with any but those that its schema gave.
  return {
    bundle,
    flow: module.default as LoadedFlow["flow"],
    name: module.default.definition.options.name,
    tasks,
    secrets: await namedSecrets(bundle),
    warnings: [...tasks.values()].flatMap(warningsOf),
    resources: new Map(resources.map((definition) => [definition, codeOf(definition, codes)])),
  };
}

/** Those that stand in the code as texts: of others nothing is known before they are asked for. */
async function namedSecrets({ path }: FlowBundle): Promise<string[]> {
  const code = await readFile(path, "utf8");
  const names = [...code.matchAll(/\bsecret as (\w+)/g)].map(([, name = ""]) => name);
  const call = new RegExp(`\\b(?:${["secret", ...names].join("|")})\\(\\s*"([A-Za-z_][\\w.-]*)"\\s*\\)`, "g");
  const calls = code.matchAll(call);
  return [...new Set([...calls].map(([, name = ""]) => name))].sort();
}

/**
 * The loaded task of a definition.
 * @throws {UserError} for a task that worker threads can't find.
 */
export function loadedTask(flow: LoadedFlow, definition: TaskDefinition): LoadedTask {
  if (flow.taskHere !== undefined) return flow.taskHere(definition);
  const loaded = flow.tasks.get(definition.options.name);
  if (loaded?.definition === definition) return loaded;
  throw new UserError(
    `The task '${definition.options.name}' is defined while the flow runs, where no worker thread can find it. Define it at the top level of a module that the flow imports.`,
  );
}

function tasksByName(
  definitions: readonly TaskDefinition[],
  codes: ReadonlyMap<Definition, TaskCode>,
): Map<string, LoadedTask> {
  const tasks = new Map<string, LoadedTask>();
  for (const definition of definitions) {
    const { name } = definition.options;
    const source = locate(definition.definedAt);
    const earlier = tasks.get(name);
    if (earlier !== undefined) {
      throw new UserError(
        `Two tasks are named '${name}': at ${show(earlier.source)} and at ${show(source)}. Give one of them another name.`,
        { source },
      );
    }
    tasks.set(name, { definition, source, code: codeOf(definition, codes) });
  }
  return tasks;
}

/** What a cached task's results would be known by, if it could be seen. */
function warningsOf({ definition, source, code }: LoadedTask): FlowWarning[] {
  const { name, cache } = definition.options;
  if (
    !cache ||
    (typeof cache === "object" && (cache.pure || cache.key !== undefined)) ||
    code.unseen.length === 0
  )
    return [];
  const message = `The task '${name}' is cached, and its code uses ${code.unseen.join(", ")}: what that gives is no part of what its results are known by. If that is meant, write cache: { pure: true }, or give a key of your own that tells it.`;
  return [{ message, ...(source === undefined ? {} : { source }) }];
}

function codeOf(definition: Definition, codes: ReadonlyMap<Definition, TaskCode>): TaskCode {
  const code = codes.get(definition);
  if (code === undefined) throw new Error(`Of what is defined at ${definition.definedAt} no code is known.`);
  return code;
}

function show(source: SourceLocation | undefined): string {
  return source === undefined ? "an unknown place" : `${source.file}:${source.line}:${source.column}`;
}
