import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { callCli } from "./cli.ts";
import { type Cli, inputText, type RunInput, sessionOf } from "./command-line.ts";

/** What the debugger is started with: breakpoints in a flow's sources reach its body and its tasks' threads. */
function debugConfiguration(
  cli: Cli,
  args: readonly string[],
  {
    base,
    cwd,
    flow,
    input,
  }: { readonly base: string; readonly cwd: string; readonly flow: string; readonly input: RunInput },
): vscode.DebugConfiguration {
  return {
    type: "node",
    request: "launch",
    name: flow,
    runtimeExecutable: cli.node,
    program: cli.script,
    args,
    cwd,
    // A debugged process has no standard input.
    env: { ...sessionOf(cli), MILLRACE_INPUT: inputText(cli, input) },
    console: "internalConsole",
    outputCapture: "std",
    sourceMaps: true,
    pauseForSourceMap: true,
    // Where bundles of flows are; their source maps lead to the user's files.
    outFiles: [join(base, ".millrace", "bundles", "**", "*.mjs")],
    resolveSourceMapLocations: null,
    skipFiles: ["<node_internals>/**", join(dirname(cli.script), "**"), "**/node_modules/**"],
    internalConsoleOptions: "neverOpen",
  };
}

/**
 * Starts a run, or a run's next attempt, under the debugger.
 * @param begun finds the run's folder once it has begun.
 * @returns that folder; undefined when the session ends before there is one.
 */
export async function debugRun(
  cli: Cli,
  args: readonly string[],
  {
    file,
    base,
    cwd,
    flow,
    input,
  }: {
    readonly file: string;
    readonly base: string;
    readonly cwd: string;
    readonly flow: string;
    readonly input: RunInput;
  },
  begun: () => Promise<string | undefined>,
): Promise<string | undefined> {
  // The debugger sets breakpoints by the source maps that it finds when it starts: an ES module doesn't wait
  // for those of its own. Inspecting builds the bundle that the run will use, and runs nothing.
  await callCli(cli, ["inspect", file, "--dir", base], { cwd });
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  // What the run says is in its log already: the debug console would only say it again.
  const withoutJson = args.filter((arg) => arg !== "--json" && arg !== "--quiet");
  let ended = false;
  const subscription = vscode.debug.onDidTerminateDebugSession((session) => {
    if (session.parentSession === undefined && session.configuration.program === cli.script) ended = true;
  });
  try {
    const started = await vscode.debug.startDebugging(
      folder,
      debugConfiguration(cli, withoutJson, { base, cwd, flow, input }),
    );
    if (!started) return undefined;
    while (!ended) {
      const path = await begun();
      if (path !== undefined) return path;
      await delay(100);
    }
    return undefined;
  } finally {
    subscription.dispose();
  }
}
