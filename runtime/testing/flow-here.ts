import type { Flow } from "../authoring/flow.ts";
import type { TaskDefinition, TaskOptions } from "../authoring/task.ts";
import type { LoadedFlow, LoadedTask } from "../discovery/load-flow.ts";
import { locate } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";

/** What of a task tells which one it is, and what it takes and returns. */
type AnyTask = { readonly options: TaskOptions; readonly fn: (...args: never[]) => unknown };

/** A task that has another body in a test: the task and that body. */
export interface ReplacedTask {
  readonly task: AnyTask;
  readonly fn: (...args: never[]) => unknown;
}

/** Gives a task another body in a test, which takes and returns what the task's own does. */
export function replaceTask<T extends AnyTask>(
  task: T,
  fn: (...args: Parameters<T["fn"]>) => Awaited<ReturnType<T["fn"]>> | Promise<Awaited<ReturnType<T["fn"]>>>,
): ReplacedTask {
  return { task, fn };
}

/** Code that isn't bundled has no digest: nothing of a test's run is taken from another run. */
const code = { digest: "in a test", environment: [], unseen: [] };

/** A flow as it is in this process, with the tasks that it calls, and their definitions by name. */
export function flowHere(
  flow: Flow<never, unknown>,
  replaced: readonly ReplacedTask[],
): { readonly loaded: LoadedFlow; readonly find: (task: string) => TaskDefinition } {
  const { options, definedAt } = flow.definition;
  const file = locate(definedAt)?.file ?? "";
  const tasks = new Map<string, LoadedTask>();
  const bodies = new Map(replaced.map(({ task, fn }) => [task.options.name, { options: task.options, fn }]));
  const taskHere = (definition: TaskDefinition): LoadedTask => {
    const { name } = definition.options;
    const known = tasks.get(name);
    if (known?.definition === definition) return known;
    if (known !== undefined)
      throw new UserError(
        `The flow calls two tasks that are named '${name}'. Give one of them another name.`,
      );
    const task = { definition, source: locate(definition.definedAt), code };
    tasks.set(name, task);
    return task;
  };
  const find = (name: string): TaskDefinition => {
    const own = tasks.get(name)?.definition;
    if (own === undefined) throw new Error(`The task '${name}' was not called.`);
    const other = bodies.get(name);
    // A task of the same name that isn't the one which was replaced has other options.
    return other === undefined || other.options !== own.options ? own : { ...own, fn: other.fn };
  };
  const loaded: LoadedFlow = {
    bundle: { file, path: file, modules: new Set(), imports: [] },
    flow,
    name: options.name,
    tasks,
    taskHere,
    warnings: [],
    resources: new Map(),
    secrets: [],
  };
  return { loaded, find };
}
