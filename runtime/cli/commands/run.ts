import { join, resolve } from "node:path";
import { loadFlow } from "../../discovery/load-flow.ts";
import { parameterFields } from "../../discovery/parameters.ts";
import { TaskPool } from "../../runner/run-flow.ts";
import { executeRun } from "../execute-run.ts";
import { addRunOptions } from "../flow-options.ts";
import { reserveStdout } from "../output.ts";
import { givenParameters, parameterCommand } from "../parameter-options.ts";
import { resolveFlow } from "../resolve-flow.ts";
import { type RunSettings, runSettings, threadCount } from "../run-settings.ts";

/** `millrace run <flow> [--parameter value ...]`: the flow's schema says which options there are. */
export async function runCommand(flowReference: string, rest: readonly string[]): Promise<void> {
  if (rest.includes("--json")) reserveStdout();
  const asksHelp = rest.includes("--help") || rest.includes("-h");
  // Threads start while the flow is being bundled.
  const pool = asksHelp ? undefined : new TaskPool(threadCount(valueAfter(rest, "--threads")));
  const base = resolve(valueAfter(rest, "--dir") ?? ".");
  const file = await resolveFlow(flowReference, process.cwd());
  const loaded = await loadFlow(file, join(base, ".millrace", "bundles"));
  const { options } = loaded.flow.definition;
  const fields = await parameterFields(options);
  const description = options.description ?? loaded.name;
  const command = parameterCommand(`millrace run ${flowReference}`, description, fields, addRunOptions);
  command.parse([...rest], { from: "user" });
  await executeRun({
    loaded,
    parameters: givenParameters(command, fields),
    folder: process.cwd(),
    base,
    pool: pool ?? new TaskPool(1),
    ...runSettings(command.opts<RunSettings>()),
  });
}

/** An option's value before the flow's own options are known. */
function valueAfter(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option);
  if (index >= 0) return args[index + 1];
  return args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1);
}
