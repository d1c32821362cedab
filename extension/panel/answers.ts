import { basename } from "node:path";
import { baseOf } from "../../runtime/disk/base-folder.ts";
import type { ArtifactContent } from "../../runtime/events/artifacts.ts";
import type { ResultContent } from "../../runtime/events/result-content.ts";
import type { RunView } from "../../runtime/events/run-view.ts";
import { readArtifact } from "../../runtime/store/read-artifact.ts";
import type { Answer, PageRequest } from "../../webview/contract.ts";
import { callCli } from "../command-line/cli.ts";
import type { Cli } from "../command-line/command-line.ts";

/** Answers what the page asks of a run. Results are read by the command line: they may need DuckDB. */
export async function answerRequest(
  request: PageRequest,
  run: { readonly path: string; readonly view: RunView },
  host: { readonly trusted: boolean; cli(): Promise<Cli> },
): Promise<Answer> {
  try {
    switch (request.kind) {
      case "artifact":
        return { kind: "artifact", content: await publishedArtifact(run, request.key) };
      case "result":
        return {
          kind: "result",
          result: await readResult(run.path, request.taskRun, host.trusted, await host.cli()),
        };
    }
  } catch (error) {
    return { kind: "error", message: error instanceof Error ? error.message : String(error) };
  }
}

async function publishedArtifact(
  { path, view }: { readonly path: string; readonly view: RunView },
  key: string,
): Promise<ArtifactContent> {
  const artifact = view.artifacts.get(key);
  if (artifact === undefined) throw new Error(`The run has published nothing as '${key}'.`);
  return readArtifact(path, artifact.file);
}

/** Files outside of the folder that the run says it has read are read in a trusted workspace only. */
function readResult(path: string, taskRun: string, trusted: boolean, cli: Cli): Promise<ResultContent> {
  const base = baseOf(path);
  const outside = trusted ? ["--outside"] : [];
  const args = ["show", basename(path), "--dir", base, `--task=${taskRun}`, "--json", ...outside];
  return callCli<ResultContent>(cli, args, { cwd: base });
}
