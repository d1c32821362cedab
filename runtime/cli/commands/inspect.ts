import { parameterFields } from "../../discovery/parameters.ts";
import { previewFlow } from "../../runner/preview-flow.ts";
import { exit } from "../exit.ts";
import { withInspectedFlow } from "../inspected-flow.ts";
import { printJson, reserveStdout } from "../output.ts";

/** `millrace inspect <flow>`: what a form and a graph need to know of a flow before it runs, as JSON. */
export async function inspectCommand(flowReference: string): Promise<void> {
  reserveStdout();
  await withInspectedFlow(flowReference, async (loaded) => {
    const { options } = loaded.flow.definition;
    printJson({
      flow: loaded.name,
      description: options.description ?? null,
      file: loaded.bundle.file,
      parameters: await parameterFields(options),
      plan: await previewFlow(loaded, {}),
    });
  });
  await exit(0);
}
