import { resolve } from "node:path";
import { inspectFlow } from "../../operations/inspect-flow.ts";
import { exit } from "../exit.ts";
import { printJson, reserveStdout } from "../output.ts";

/** `millrace inspect <flow>`: what a form and a graph need to know of a flow before it runs, as JSON. */
export async function inspectCommand(
  flowReference: string,
  { dir }: { readonly dir?: string },
): Promise<void> {
  reserveStdout();
  printJson(await inspectFlow(flowReference, process.cwd(), dir && resolve(dir)));
  await exit(0);
}
