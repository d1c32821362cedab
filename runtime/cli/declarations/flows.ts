import type { Command } from "commander";
import { startBundler } from "../../discovery/bundler.ts";
import { UsageError } from "../../errors/user-error.ts";
import type { InitOptions } from "../commands/init.ts";
import type { ListOptions } from "../commands/list.ts";
import { addGraphOptions, addRunOptions } from "../flow-options.ts";

const flowArgument = "a flow's name, its file's stem (movie-ratings), or a path";

/** Commands about flows: run, graph, list, init. */
export function declareFlowCommands(program: Command): void {
  program.commandsGroup("Flows:");
  addRunOptions(program.command("run"))
    .argument("<flow>", flowArgument)
    .argument("[options...]", "the flow's parameters as options, and those below")
    .description("run a flow; `millrace run <flow> --help` lists its parameters")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (flow: string, rest: string[], options: object, command: Command) => {
      checkFlowFirst(flow, command);
      startBundler().catch(() => {}); // whoever needs it says why
      const { runCommand } = await import("../commands/run.ts");
      await runCommand(flow, rest, options);
    });

  addGraphOptions(program.command("graph"))
    .argument("<flow>", flowArgument)
    .argument("[options...]", "the flow's parameters as options, and those below")
    .description("show a flow's graph without running its tasks; `millrace graph <flow> --help` for more")
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (flow: string, rest: string[], options: object, command: Command) => {
      checkFlowFirst(flow, command);
      const { graphCommand } = await import("../commands/graph.ts");
      await graphCommand(flow, rest, options);
    });

  program
    .command("list")
    .description("list the flows below this folder, without running anything of them")
    .option("--json", "print JSON: { flows, problems }")
    .action(async (options: ListOptions) => {
      const { listCommand } = await import("../commands/list.ts");
      await listCommand(options);
    });

  program
    .command("inspect")
    .argument("<flow>", flowArgument)
    .description(
      "print what a form and a graph need of a flow, as JSON: { flow, description, file, parameters, plan }",
    )
    .option("--dir <folder>", "keep the flow's bundle in this folder's .millrace/, for a run there")
    .action(async (flow: string, options: { readonly dir?: string }) => {
      const { inspectCommand } = await import("../commands/inspect.ts");
      await inspectCommand(flow, options);
    });

  program
    .command("init")
    .argument("[folder]", "where to put it", ".")
    .description("write a first flow, and what an editor needs to know its types")
    .option("--types", "only what an editor needs")
    .option("--json", "print JSON: { files, advice }")
    .action(async (folder: string, options: InitOptions) => {
      const { initCommand } = await import("../commands/init.ts");
      await initCommand(folder, options);
    });
}

/** Options are the flow's, so that they can be read only once it is known which flow. */
function checkFlowFirst(flow: string, command: Command): void {
  if (flow === "--help" || flow === "-h") command.help();
  if (flow.startsWith("-")) {
    throw new UsageError(
      `Name the flow before its own options: millrace ${command.name()} <flow> ${flow} ...`,
    );
  }
}
