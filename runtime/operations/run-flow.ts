import type { z } from "zod";
import type { Flow } from "../authoring/flow.ts";
import type { RunOptions, StartedRun } from "./program-run.ts";

/**
 * Runs a flow from a program, in a process of its own, as every run: it goes on when the program ends, and is shown
 * by `millrace runs` and in VS Code. Resolves when the run has begun.
 * @param flow a flow that is its file's default export, or its name, its file's stem, or a path.
 * @throws {UserError} for a flow that can't be found or loaded, and for parameters and options that it can't be run
 *   with.
 */
export function runFlow<Parameters extends z.ZodObject, Result>(
  flow: Flow<Parameters, Result>,
  options?: Omit<RunOptions, "parameters"> & { readonly parameters?: z.input<Parameters> },
): Promise<StartedRun<Awaited<Result>>>;
export function runFlow(flow: string | URL, options?: RunOptions): Promise<StartedRun<unknown>>;
export async function runFlow(
  flow: string | URL | Flow<never, unknown>,
  options: RunOptions = {},
): Promise<StartedRun<unknown>> {
  // A flow imports this module, too: what only programs need is loaded when one does.
  const { startFlow } = await import("./program-run.ts");
  return startFlow(flow, options);
}
