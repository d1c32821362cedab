import type { LoadedFlow } from "../../discovery/load-flow.ts";
import { parameterFields } from "../../discovery/parameters.ts";
import { withInspectedFlow } from "../../operations/inspect-flow.ts";
import type { RunSettings } from "../../operations/run-settings.ts";
import { startRun } from "../../operations/start-run.ts";
import { baseOption } from "../base-option.ts";
import { executeRun } from "../execute-run.ts";
import { addRunOptions } from "../flow-options.ts";
import { readGivenInput } from "../given-input.ts";
import { note, reserveStdout } from "../output.ts";
import { givenParameters, ownOptions, parameterCommand, readParameters } from "../parameter-options.ts";
import type { ShownOptions } from "../render/make-reporter.ts";

/** What the options beside a flow's parameters say. */
interface OwnOptions extends RunSettings, ShownOptions {
  readonly dir?: string;
  readonly threads?: string;
  readonly stdin?: boolean;
  readonly parameters?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly skipIfRunning?: boolean;
  readonly only?: readonly string[];
  readonly until?: readonly string[];
  readonly from?: readonly string[];
  readonly onlyChecks?: boolean;
  readonly defer?: string;
}

/**
 * `millrace run [options] <flow> [--parameter value ...]`: the flow's schema says which options there are after the
 * flow.
 * @param before the options that stand before the flow: none of them is a parameter.
 */
export async function runCommand(
  flowReference: string,
  rest: readonly string[],
  before: OwnOptions = {},
): Promise<void> {
  const folder = process.cwd();
  if (before.json || rest.includes("--json")) reserveStdout();
  if (rest.includes("--help") || rest.includes("-h")) {
    await withInspectedFlow(flowReference, folder, (loaded) => parsedOptions(flowReference, loaded, rest));
    return;
  }
  const given = await readGivenInput(before.stdin ?? rest.includes("--stdin"));
  let own: OwnOptions = before;
  await executeRun(
    () => own,
    (listen) =>
      startRun(
        {
          flow: flowReference,
          folder,
          // A flow may have a parameter of that name.
          base:
            rest.some((arg) => /^--dir(=|$)/.test(arg)) && before.dir === undefined
              ? undefined
              : baseOption(before.dir),
          threads: before.threads ?? valueAfter(rest, "--threads"),
          async choose(loaded) {
            const { command, fields, clashes } = await parsedOptions(flowReference, loaded, rest);
            for (const name of clashes)
              note(
                "%s is a parameter of the flow. Millrace's own %s stands before the flow: millrace run %s ... %s",
                name,
                name,
                name,
                flowReference,
              );
            const parameters = {
              ...given,
              ...readParameters(before.parameters),
              ...givenParameters(command, fields),
            };
            own = { ...ownOptions(command), ...before };
            const { dir, threads, name, tag, skipIfRunning } = own;
            return {
              parameters,
              settings: own,
              base: baseOption(dir),
              threads,
              name,
              tags: tag,
              part: own,
              skipIfRunning: skipIfRunning ?? false,
            };
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
  const { command, clashes } = parameterCommand(
    `millrace run ${flowReference}`,
    description,
    fields,
    addRunOptions,
  );
  command.parse([...rest], { from: "user" });
  const used = clashes.filter((flag) => rest.some((arg) => arg === flag || arg.startsWith(`${flag}=`)));
  return { command, fields, clashes: used };
}

/** An option's value before the flow's own options are known. */
function valueAfter(args: readonly string[], option: string): string | undefined {
  const index = args.indexOf(option);
  if (index >= 0) return args[index + 1];
  return args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1);
}
