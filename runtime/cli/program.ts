import { Command } from "commander";
import { millraceVersion } from "../discovery/version.ts";
import { declareDataCommands } from "./declarations/data.ts";
import { declareFlowCommands } from "./declarations/flows.ts";
import { declareRunCommands } from "./declarations/runs.ts";
import { declareShellCommands } from "./declarations/shell.ts";
import { noteText, print } from "./output.ts";

/**
 * The command line. Each command's module is loaded when it is called: `millrace runs` loads nothing that
 * only running a flow needs.
 */
export function createProgram(): Command {
  const program = new Command("millrace")
    .description("Runs dataflows written in TypeScript and shows them while they run.")
    .version(millraceVersion(), "-V, --version")
    .configureOutput({ writeOut: print, writeErr: noteText })
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText(
      "after",
      `
Exit codes: 0 completed, 1 failed or crashed, 2 wrong use, 130 cancelled.
Without a command this help is printed to stderr, and the exit code is 2.`,
    );
  declareFlowCommands(program);
  declareRunCommands(program);
  declareDataCommands(program);
  declareShellCommands(program);
  return program;
}
