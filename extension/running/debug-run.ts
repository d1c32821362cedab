import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { listRunFolders, readRunInfo } from "../../runtime/store/run-folder.ts";
import { type Cli, runCli } from "./cli.ts";

/** What the debugger is started with: breakpoints in a flow's sources reach its body and its tasks' threads. */
export function debugConfiguration(
  cli: Cli,
  args: readonly string[],
  { base, flow }: { readonly base: string; readonly flow: string },
): vscode.DebugConfiguration {
  return {
    type: "node",
    request: "launch",
    name: flow,
    runtimeExecutable: cli.node,
    program: cli.script,
    args,
    cwd: base,
    console: "internalConsole",
    outputCapture: "std",
    sourceMaps: true,
    // Where bundles of flows are; their source maps lead to the user's files.
    outFiles: [join(base, ".millrace", "bundles", "**", "*.mjs")],
    resolveSourceMapLocations: null,
    skipFiles: ["<node_internals>/**", join(dirname(cli.script), "**"), "**/node_modules/**"],
    internalConsoleOptions: "neverOpen",
  };
}

/**
 * Starts a run under the debugger.
 * @returns the run's folder; undefined when the session ends before there is one.
 */
export async function debugRun(
  cli: Cli,
  args: readonly string[],
  { file, base, flow }: { readonly file: string; readonly base: string; readonly flow: string },
): Promise<string | undefined> {
  // The debugger sets breakpoints by the source maps that it finds when it starts: an ES module doesn't wait
  // for those of its own. Asking for help builds the bundle that the run will use, and runs nothing.
  await runCli(cli, ["run", file, "--dir", base, "--help"], { cwd: base });
  const before = new Set(await listRunFolders(base));
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  // What the run says is in its log already: the debug console would only say it again.
  const withoutJson = args.filter((arg) => arg !== "--json");
  let ended = false;
  const subscription = vscode.debug.onDidTerminateDebugSession((session) => {
    if (session.parentSession === undefined && session.configuration.program === cli.script) ended = true;
  });
  try {
    const started = await vscode.debug.startDebugging(
      folder,
      debugConfiguration(cli, withoutJson, { base, flow }),
    );
    if (!started) return undefined;
    while (!ended) {
      for (const path of await listRunFolders(base)) {
        if (before.has(path)) continue;
        const info = await readRunInfo(path).catch(() => undefined); // being written
        if (info?.file === file) return path;
      }
      await delay(100);
    }
    return undefined;
  } finally {
    subscription.dispose();
  }
}
