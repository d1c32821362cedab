import { parameterFields } from "../../discovery/parameters.ts";
import { UsageError } from "../../errors/user-error.ts";
import { withInspectedFlow } from "../../operations/inspect-flow.ts";
import { previewFlow } from "../../runner/preview-flow.ts";
import { exit } from "../exit.ts";
import { addGraphOptions } from "../flow-options.ts";
import { note, print, printJson, reserveStdout } from "../output.ts";
import { givenParameters, ownOptions, parameterCommand, readParameters } from "../parameter-options.ts";
import { graphMermaid } from "../render/graph-mermaid.ts";
import { graphText } from "../render/graph-text.ts";

interface GraphOptions {
  readonly json?: boolean;
  readonly mermaid?: boolean;
  readonly parameters?: string;
}

/** `millrace graph <flow> [--parameter value ...]`: the graph as the body's calls tell it; no task is run. */
export async function graphCommand(
  flowReference: string,
  rest: readonly string[],
  before: GraphOptions = {},
): Promise<void> {
  reserveStdout();
  await withInspectedFlow(flowReference, process.cwd(), async (loaded) => {
    const { options } = loaded.flow.definition;
    const fields = await parameterFields(options);
    const description = `The graph of the flow '${loaded.name}'. Its body is called to see which tasks it calls; no task is run.`;
    const { command } = parameterCommand(
      `millrace graph ${flowReference}`,
      description,
      fields,
      addGraphOptions,
    );
    command.parse([...rest], { from: "user" });
    const { json, mermaid }: GraphOptions = { ...ownOptions(command), ...before };
    if (json && mermaid) throw new UsageError("Give --json or --mermaid, not both.");
    const graph = await previewFlow(loaded, {
      ...readParameters(before.parameters),
      ...givenParameters(command, fields),
    });
    if (json) printJson(graph);
    else print(`${(mermaid ? graphMermaid(graph) : graphText(graph)).join("\n")}\n`);
    if (graph.standIns !== undefined)
      note("Without a value, and shown with one made up: %s.", graph.standIns.join(", "));
    for (const { message, source } of graph.warnings ?? [])
      note("Warning: %s%s", message, source === undefined ? "" : ` (${source.file}:${source.line})`);
    if (graph.partial !== undefined) note("The graph is partial. %s", graph.partial);
    if (graph.error !== undefined) {
      note("error: The flow's body fails: %s", graph.error.stack ?? graph.error.message);
      process.exitCode = 1;
    }
  });
  await exit(Number(process.exitCode ?? 0));
}
