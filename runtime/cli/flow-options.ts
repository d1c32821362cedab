import type { Command } from "commander";

const parameters = [
  "--parameters <json>",
  "parameters as one JSON object; options of their own come before it",
] as const;

/** Gathers the values of an option that is given more than once. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** What `run` takes beside a flow's parameters. */
export function addRunOptions(command: Command): Command {
  return command
    .option(...parameters)
    .option(
      "--stdin",
      "read parameters, and values for secret(), from standard input: { parameters, secrets } as JSON; a command line can be seen by others",
    )
    .option("--session <session>", "`duckdb` or `sc://host:port`; default: MILLRACE_SESSION, or duckdb")
    .option("--dir <folder>", "folder whose .millrace/ gets the run (default: the nearest that has one)")
    .option("--threads <n>", "how many worker threads (default: one for each processor)")
    .option(
      "--memory <size>",
      "how much memory the engines in this process may take together, as 8GB; default: MILLRACE_MEMORY, or most of what there is",
    )
    .option("--name <name>", "the run's name (default: by the flow's runName, or at random)")
    .option("--tag <tag>", "find the run by it, `millrace runs --tag`; can be given more than once", collect)
    .option(
      "--only <task>",
      "run only these task runs: an id, a task, a pattern (`Load*`), a tag (`tag:slow`); can be given more than once",
      collect,
    )
    .option("--until <task>", "run these, and what they need", collect)
    .option("--from <task>", "run these, and all below them", collect)
    .option("--only-checks", "run the flow's checks, and what they need")
    .option(
      "--defer <run>",
      "with one of these: the run whose results and parameters stand for the rest (default: the flow's latest that has completed; with --until and --only-checks none)",
    )
    .option("--skip-if-running", "start nothing where a run of the flow is going on; the exit code is 0")
    .option("--log", "print log lines on a terminal too")
    .option("--all", "show each of the runs of a .map call")
    .option("--quiet", "print nothing of the run; with --json only how it ended: { id, state, result }")
    .option("--json", "print the run's events, one a line, and nothing else");
}

/** What `graph` takes beside a flow's parameters. */
export function addGraphOptions(command: Command): Command {
  return command
    .option(...parameters)
    .option("--json", "print JSON: { flow, nodes, edges, partial, standIns, warnings, error }")
    .option("--mermaid", "print a Mermaid flowchart");
}
