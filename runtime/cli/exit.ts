import { CommanderError } from "commander";
import type { CommandError, CommandFailure } from "../events/command-failure.ts";
import type { State } from "../events/states.ts";
import { commandError } from "../operations/command-error.ts";
import { diskProblem } from "./disk-problem.ts";
import { leaveLostTerminal, lostAnswer, noteText, printJsonLines } from "./output.ts";

/** Exit codes: 0 completed, 1 failed or crashed, 2 wrong use, 130 cancelled. */
export function exitCodeOf(state: State): number {
  if (state.type === "COMPLETED") return 0;
  return state.type === "CANCELLED" ? 130 : 1;
}

/**
 * Ends the process once all output is out: user code may have left timers and sockets behind.
 * An answer that could not be written is no success.
 */
export async function exit(code: number): Promise<never> {
  const lost = lostAnswer();
  if (code === 0 && lost !== undefined) {
    noteText(`error: ${diskProblem(lost) ?? lost.message}\n`);
    return exit(1);
  }
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableNeedDrain || stream.writableLength > 0)
      await new Promise((resolve) => stream.write("", resolve));
  }
  leaveLostTerminal();
  process.exit(code);
}

/** Tells people what is wrong on stderr, and those who asked for JSON on stdout, too. */
export async function exitWithError(error: unknown): Promise<never> {
  // Asking for help is no error.
  if (error instanceof CommanderError && error.exitCode === 0) return exit(0);
  const failure = failureOf(error);
  // Commander has said itself what is wrong.
  if (!(error instanceof CommanderError)) noteText(`error: ${failure.message}\n`);
  if (jsonWanted(process.argv)) printJsonLines([{ error: failure } satisfies CommandFailure]);
  return exit(failure.kind === "usage" ? 2 : 1);
}

function failureOf(error: unknown): CommandError {
  if (error instanceof CommanderError)
    return { kind: "usage", message: error.message.replace(/^error: /, "") };
  const problem = diskProblem(error);
  return problem === undefined ? commandError(error) : { kind: "system", message: problem };
}

/** Before a command's options are read, or where they can't be. `inspect` prints nothing else. */
function jsonWanted([, , command, ...rest]: readonly string[]): boolean {
  return command === "inspect" || rest.includes("--json");
}
