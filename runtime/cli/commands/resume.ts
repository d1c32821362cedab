import { resumeRun } from "../../operations/resume-run.ts";
import type { RunSettings } from "../../operations/run-settings.ts";
import { baseOption } from "../base-option.ts";
import { executeRun } from "../execute-run.ts";
import { readGivenInput } from "../given-input.ts";
import { reserveStdout } from "../output.ts";
import { readParameters } from "../parameter-options.ts";
import type { ShownOptions } from "../render/make-reporter.ts";

export interface ResumeOptions extends RunSettings, ShownOptions {
  readonly dir?: string;
  readonly threads?: string;
  readonly from?: readonly string[];
  readonly keepResults?: boolean;
  readonly parameters?: string;
  readonly stdin?: boolean;
}

/** `millrace resume <run>`: the same run goes on, with the flow's code as it is now. */
export async function resumeCommand(reference: string, options: ResumeOptions): Promise<void> {
  if (options.json) reserveStdout();
  const input = await readGivenInput(options.stdin ?? false);
  await executeRun(options, (listen) =>
    resumeRun(
      {
        run: reference,
        base: baseOption(options.dir),
        threads: options.threads,
        from: options.from ?? [],
        keepResults: options.keepResults ?? false,
        parameters: { ...input, ...readParameters(options.parameters) },
        settings: options,
      },
      listen,
    ),
  );
}
