import * as vscode from "vscode";
import { callCli } from "../command-line/cli.ts";
import type { Cli } from "../command-line/command-line.ts";
import { tell, withNotice } from "../shown/notifications.ts";
import { pickOne } from "../shown/questions.ts";
import { UserMessage } from "../shown/user-message.ts";
import { untilSeen } from "../until-seen.ts";

const sizes = [
  { size: "small", label: "Small", description: "1 MB, 100,836 ratings of 9,742 movies" },
  { size: "25m", label: "25M", description: "262 MB, 25 million ratings of 62,000 movies" },
  { size: "32m", label: "32M", description: "239 MB, 32 million ratings of 88,000 movies" },
] as const;

interface Downloaded {
  readonly outcome: string;
  readonly folder: string;
}

/** Asks which MovieLens data set to download, and does it; a download that is stopped goes on the next time. */
export async function downloadMovieLens(
  cli: (folder: string) => Promise<Cli>,
  log: vscode.LogOutputChannel,
): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new UserMessage("Open a folder first: the data goes into it.");
  const picked = await untilSeen(() =>
    pickOne(sizes, {
      title: "Download MovieLens",
      placeHolder: "From GroupLens, for the movie ratings example",
    }),
  );
  if (picked === undefined) return;
  const into =
    (vscode.workspace.workspaceFolders?.length ?? 0) > 1
      ? await vscode.window.showWorkspaceFolderPick({ placeHolder: "Where the data goes" })
      : folder;
  if (into === undefined) return;
  const commandLine = await cli(into.uri.fsPath);
  const downloaded = await withNotice(`Downloading MovieLens ${picked.label}`, async (say, signal) => {
    const args = ["download", "movielens", "--size", picked.size, "--to", into.uri.fsPath, "--json"];
    try {
      return await callCli<Downloaded>(commandLine, args, {
        cwd: into.uri.fsPath,
        signal,
        unlimited: true,
        onNote: say,
      });
    } catch (error) {
      if (!signal.aborted) throw error;
      log.info("The download was stopped; the same command goes on where it stopped.");
      return undefined;
    }
  });
  if (downloaded === undefined) return;
  const where = vscode.workspace.asRelativePath(downloaded.folder);
  const answer = await tell(`MovieLens is in ${where}.`, "Run the Example");
  if (answer !== undefined) await vscode.commands.executeCommand("millrace.runExample");
}
