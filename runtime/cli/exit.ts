import { CommanderError } from "commander";
import { UsageError, UserError } from "../errors/user-error.ts";
import type { State } from "../events/states.ts";
import { diskProblem } from "./disk-problem.ts";
import { leaveLostTerminal, lostAnswer, noteText } from "./output.ts";

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

export async function exitWithError(error: unknown): Promise<never> {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; asking for help is no error.
    return exit(error.exitCode === 0 ? 0 : 2);
  }
  if (error instanceof UserError) {
    noteText(`error: ${error.message}\n`);
    return exit(error instanceof UsageError ? 2 : 1);
  }
  const problem = diskProblem(error) ?? systemMessage(error);
  if (problem !== undefined) {
    noteText(`error: ${problem}\n`);
    return exit(1);
  }
  noteText(
    `error: Millrace failed, which it shouldn't have: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return exit(1);
}

/** What the system said, which is for users as it is. */
function systemMessage(error: unknown): string | undefined {
  return error instanceof Error && "syscall" in error ? error.message : undefined;
}
