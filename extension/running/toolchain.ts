import { dirname } from "node:path";
import * as vscode from "vscode";
import type { Cli } from "./cli.ts";
import { findNode } from "./find-node.ts";
import { extensionRuntime, findRuntime, type Runtime } from "./find-runtime.ts";

/** Finds what runs flows: Node by the settings, and the runtime beside a flow or the extension's own. */
export class Toolchain {
  readonly #own: Runtime;
  readonly #log: vscode.LogOutputChannel;

  constructor(extension: vscode.Extension<unknown>, log: vscode.LogOutputChannel) {
    const { version } = extension.packageJSON as { version: string }; // our own
    this.#own = extensionRuntime(extension.extensionPath, version);
    this.#log = log;
  }

  /** @throws {UserMessage} when there is no Node that can run flows. */
  async cliFor(flowFile: string): Promise<Cli> {
    const uri = vscode.Uri.file(flowFile);
    const setting = vscode.workspace.getConfiguration("millrace", uri).get("nodePath", "");
    const node = await findNode(setting);
    // What a folder that isn't trusted has in its node_modules isn't run, even to read a result.
    const { cli, version, origin } = vscode.workspace.isTrusted
      ? findRuntime(flowFile, this.baseOf(flowFile), this.#own)
      : this.#own;
    this.#log.info(`Runtime ${version} of the ${origin}, ${cli}, by ${node}`);
    return { node, script: cli };
  }

  /** The folder whose `.millrace/` gets a flow's runs, and where its relative paths start. */
  baseOf(flowFile: string): string {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(flowFile));
    return folder?.uri.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? dirname(flowFile);
  }

  /** The options that settings ask for, for whatever runs a flow. */
  runOptions(flowFile: string): string[] {
    const configuration = vscode.workspace.getConfiguration("millrace", vscode.Uri.file(flowFile));
    const threads = configuration.get<number | null>("threads", null);
    return [
      "--session",
      configuration.get("session", "") || "duckdb",
      ...(threads === null ? [] : ["--threads", String(threads)]),
    ];
  }
}
