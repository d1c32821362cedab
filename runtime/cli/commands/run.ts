import { join, resolve } from "node:path";
import { type LoadedFlow, loadFlow } from "../../discovery/load-flow.ts";
import { parameterFields } from "../../discovery/parameters.ts";
import { TaskPool } from "../../runner/task-pool.ts";
import { makeStore } from "../../store/run-folder.ts";
import { executeRun } from "../execute-run.ts";
import { addRunOptions } from "../flow-options.ts";
import { withInspectedFlow } from "../inspected-flow.ts";
import { reserveStdout } from "../output.ts";
import { givenParameters, parameterCommand } from "../parameter-options.ts";
import { resolveFlow } from "../resolve-flow.ts";
import { type RunSettings, runSettings, threadCount } from "../run-settings.ts";

/** `millrace run <flow> [--parameter value ...]`: the flow's schema says which options there are. */
export async function runCommand(flowReference: string, rest: readonly string[]): Promise<void> {
  if (rest.includes("--json")) reserveStdout();
  if (rest.includes("--help") || rest.includes("-h")) {
    await withInspectedFlow(flowReference, (loaded) => parsedOptions(flowReference, loaded, rest));
    return;
  }
  // Threads start while the flow is being bundled.
  const pool = await TaskPool.start(threadCount(valueAfter(rest, "--threads")));
  const base = resolve(valueAfter(rest, "--dir") ?? ".");
  const file = await resolveFlow(flowReference, process.cwd());
  const loaded = await loadFlow(file, join(await makeStore(base), "bundles"));
  const { command, fields } = await parsedOptions(flowReference, loaded, rest);
  await executeRun({
    loaded,
    parameters: givenParameters(command, fields),
    folder: process.cwd(),
    base,
    pool,
    ...runSettings(command.opts<RunSettings>()),
  });
}

/** @throws what commander does for options that make no sense, and when it has printed the help. */
async function parsedOptions(flowReference: string, { flow, name }: LoadedFlow, rest: readonly string[]) {
  const { options } = flow.definition;
  const fields = await parameterFields(options);
  const description = options.description ?? name;
  const command = parameterCommand(`millrace run ${flowReference}`, description, fields, addRunOptions);
  command.parse([...rest], { from: "user" });
  return { command, fields };
}

/** An option's value before the flow's own options are known. */
function valueAfter(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option);
  if (index >= 0) return args[index + 1];
  return args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1);
}
