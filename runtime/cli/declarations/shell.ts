import { Argument, type Command } from "commander";
import { type Shell, shells } from "../completion-scripts.ts";

/** Commands for shells: completion. */
export function declareShellCommands(program: Command): void {
  program.commandsGroup("Shell:");
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .description(
      "print what a shell needs to complete commands, options, flows and runs; its head says where to put it",
    )
    .action(async (shell: Shell) => {
      const [{ completionScript }, { print }] = await Promise.all([
        import("../completion-scripts.ts"),
        import("../output.ts"),
      ]);
      print(completionScript(shell));
    });

  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .option("--new", "the word to be completed is a new one")
    .action(async (words: string[], options: { readonly new?: boolean }) => {
      const { completeCommand } = await import("../commands/complete.ts");
      await completeCommand(program, words, { isNew: options.new ?? false });
    });
}
