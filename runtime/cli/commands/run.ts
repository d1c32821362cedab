import type { LoadedFlow } from "../../discovery/load-flow.ts";
import { parameterFields } from "../../discovery/parameters.ts";
import { withInspectedFlow } from "../../operations/inspect-flow.ts";
import type { RunSettings } from "../../operations/run-settings.ts";
import { startRun } from "../../operations/start-run.ts";
import { baseOption } from "../base-option.ts";
import { executeRun } from "../execute-run.ts";
import { addRunOptions } from "../flow-options.ts";
import { readGivenInput } from "../given-input.ts";
import { reserveStdout } from "../output.ts";
import { givenParameters, parameterCommand } from "../parameter-options.ts";

/** `millrace run <flow> [--parameter value ...]`: the flow's schema says which options there are. */
export async function runCommand(flowReference: string, rest: readonly string[]): Promise<void> {
  const folder = process.cwd();
  if (rest.includes("--json")) reserveStdout();
  if (rest.includes("--help") || rest.includes("-h")) {
    await withInspectedFlow(flowReference, folder, (loaded) => parsedOptions(flowReference, loaded, rest));
    return;
  }
  const shown = {
    json: rest.includes("--json"),
    log: rest.includes("--log"),
    quiet: rest.includes("--quiet"),
    all: rest.includes("--all"),
  };
  const given = await readGivenInput(rest.includes("--stdin"));
  await executeRun(shown, (listen) =>
    startRun(
      {
        flow: flowReference,
        folder,
        base: baseOption(valueAfter(rest, "--dir")),
        threads: valueAfter(rest, "--threads"),
        async choose(loaded) {
          const { command, fields } = await parsedOptions(flowReference, loaded, rest);
          const parameters = { ...given, ...givenParameters(command, fields) };
          return { parameters, settings: command.opts<RunSettings>() };
        },
      },
      listen,
    ),
  );
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
