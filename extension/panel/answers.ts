import { readFile } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import type { ArtifactContent } from "../../runtime/events/artifacts.ts";
import type { RunView } from "../../runtime/events/run-view.ts";
import type { Answer, PageRequest, ResultContent } from "../../webview/contract.ts";
import { callCli } from "../running/cli.ts";
import type { Cli } from "../running/command-line.ts";

/** Answers what the page asks of a run. Results are read by the command line: they may need DuckDB. */
export async function answerRequest(
  request: PageRequest,
  run: { readonly path: string; readonly view: RunView },
  cli: () => Promise<Cli>,
): Promise<Answer> {
  try {
    switch (request.kind) {
      case "artifact":
        return { kind: "artifact", content: await readArtifact(run, request.key) };
      case "result":
        return { kind: "result", result: await readResult(run.path, request.taskRun, await cli()) };
    }
  } catch (error) {
    return { kind: "error", message: error instanceof Error ? error.message : String(error) };
  }
}

async function readArtifact(
  { path, view }: { readonly path: string; readonly view: RunView },
  key: string,
): Promise<ArtifactContent> {
  const artifact = view.artifacts.get(key);
  if (artifact === undefined) throw new Error(`The run has published nothing as '${key}'.`);
  const file = resolve(path, artifact.file);
  // A run's folder may come from anywhere: what it names stays inside it.
  if (relative(path, file).startsWith(".."))
    throw new Error(`The artifact's file is outside of the run: ${file}`);
  return JSON.parse(await readFile(file, "utf8")) as ArtifactContent; // written by storeArtifact only
}

/** The folder whose `.millrace/` has a run. */
export function baseOfRun(path: string): string {
  return dirname(dirname(dirname(path)));
}

function readResult(path: string, taskRun: string, cli: Cli): Promise<ResultContent> {
  const base = baseOfRun(path);
  return callCli<ResultContent>(cli, ["show", basename(path), "--dir", base, "--task", taskRun, "--json"], {
    cwd: base,
  });
}
