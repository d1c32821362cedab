import { type Command, Option } from "commander";
import type { CancelOptions } from "../commands/cancel.ts";
import type { FollowOptions } from "../commands/follow.ts";
import type { LogsOptions } from "../commands/logs.ts";
import type { PruneOptions } from "../commands/prune.ts";
import type { ResumeOptions } from "../commands/resume.ts";
import type { RunsOptions } from "../commands/runs.ts";
import type { ShowOptions } from "../commands/show.ts";
import { collect } from "../flow-options.ts";

const runArgument = "a run's id, its name, the beginning of either, or `latest`";

/** Commands about runs that are there: runs, show, logs, follow, cancel, resume, prune. */
export function declareRunCommands(program: Command): void {
  program.commandsGroup("Runs:");
  program
    .command("runs")
    .description("list runs, newest first")
    .option("--flow <flow>", "only those of the flow of this name, or whose file has this stem")
    .option("--state <state>", "only those in this state, such as Failed or Running")
    .option("--tag <tag>", "only those that have this tag; given more than once, all of them", collect)
    .option("--limit <n>", "at most so many (default: 100, with --json all)")
    .addOption(dirOption())
    .option("--json", "print JSON: an array; times are milliseconds since 1970")
    .action(async (options: RunsOptions) => {
      const { runsCommand } = await import("../commands/runs.ts");
      await runsCommand(options);
    });

  program
    .command("show")
    .argument("[run]", runArgument, "latest")
    .description("show a run: its state, its task runs, what it published")
    .option("--task <task run>", "only what this task run returned, with a sample of its tables")
    .option("--rows <n>", "how many rows of tables and comparisons to print (default: 5)")
    .option("--outside", "with --task: also rows of tables that lie outside of the folder that the run is in")
    .option("--artifacts", "only what the flow published")
    .option("--all", "each of the runs of a .map call")
    .addOption(dirOption())
    .option("--json", "print JSON, the contents of artifacts included")
    .action(async (run: string, options: ShowOptions) => {
      const { showCommand } = await import("../commands/show.ts");
      await showCommand(run, options);
    });

  program
    .command("logs")
    .argument("[run]", runArgument, "latest")
    .description("print a run's log")
    .option("--task <task>", "only lines of this task run (its id or name) or of all runs of this task")
    .option("--level <level>", "only lines of this level and above: debug, info, warning, error, critical")
    .option("--all", "with each of the runs of a .map call")
    .option("-f, --follow", "go on until the run has ended")
    .addOption(dirOption())
    .option("--json", "print JSON, a line each: { seq, time, level, logger, message, flowRun, taskRun }")
    .action(async (run: string, options: LogsOptions) => {
      const { logsCommand } = await import("../commands/logs.ts");
      await logsCommand(run, options);
    });

  program
    .command("follow")
    .argument("[run]", runArgument, "latest")
    .description("show a run from its beginning, until it has ended; the exit code is the run's")
    .option("--log", "print log lines on a terminal too")
    .option("--all", "show each of the runs of a .map call")
    .option("--quiet", "print nothing of the run; with --json only how it ended: { id, state, result }")
    .addOption(dirOption())
    .option("--json", "print the run's events, one a line, and nothing else")
    .action(async (run: string, options: FollowOptions) => {
      const { followCommand } = await import("../commands/follow.ts");
      await followCommand(run, options);
    });

  program
    .command("cancel")
    .argument("[run]", "as above; the only one that is going on where none is named")
    .description("cancel a run, and wait until it has ended; after 10 s its process is ended")
    .addOption(dirOption())
    .option("--json", "print JSON: { id, state, outcome }")
    .action(async (run: string | undefined, options: CancelOptions) => {
      const { cancelCommand } = await import("../commands/cancel.ts");
      await cancelCommand(run, options);
    });

  program
    .command("resume")
    .argument("[run]", runArgument, "latest")
    .description("run what failed, and all below it, again; the rest is taken from its results")
    .option("--threads <n>", "how many worker threads")
    .option("--memory <size>", "how much memory the engines in this process may take together, as 8GB")
    .option("--session <session>", "`duckdb` or `sc://host:port`; default: what the run had")
    .option("--from <task run...>", "run these task runs again too, and all below them")
    .option("--keep-results", "take results all the same whose tasks' code has changed since")
    .option("--parameters <json>", "the run's secrets, which aren't kept, as one JSON object")
    .option(
      "--stdin",
      "the same, and values for secret(), on standard input: { parameters, secrets } as JSON",
    )
    .addOption(dirOption())
    .option("--log", "print log lines on a terminal too")
    .option("--all", "show each of the runs of a .map call")
    .option("--quiet", "print nothing of the run; with --json only how it ended: { id, state, result }")
    .option("--json", "print the run's events, one a line, and nothing else")
    .action(async (run: string, options: ResumeOptions) => {
      const { resumeCommand } = await import("../commands/resume.ts");
      await resumeCommand(run, options);
    });

  program
    .command("prune")
    .description("delete old runs, and bundles that only those used; never a run that is running")
    .option("--keep <n>", "keep so many of the newest runs")
    .option("--older-than <age>", "only those that started so long ago: 7d, 12h, 30m")
    .option("--cache", "cached results of that age too; needs --older-than")
    .option("--dry-run", "only say what would go")
    .addOption(dirOption())
    .option("--json", "print JSON: { runs, bundles, written, cached }")
    .addHelpText("after", "\nGive --keep, --older-than or both; with both a run goes only if both say so.")
    .action(async (options: PruneOptions) => {
      const { pruneCommand } = await import("../commands/prune.ts");
      await pruneCommand(options);
    });
}

function dirOption(): Option {
  return new Option(
    "--dir <folder>",
    "folder whose .millrace/ holds the runs (default: the nearest that has one)",
  );
}
