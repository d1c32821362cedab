import { dirname, posix } from "node:path";
import * as vscode from "vscode";
import type { DevContainer } from "../dev-container/dev-container.ts";
import { findNode } from "../programs/find-node.ts";
import { extensionRuntime, findRuntime, type Runtime } from "../programs/find-runtime.ts";
import type { Cli } from "./command-line.ts";

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
    return { node, script: cli, session: sessionFor(uri) };
  }

  /**
   * What runs a flow where the setting `millrace.runIn` says.
   * @returns undefined when the user doesn't want to start the Dev Container.
   * @throws {UserMessage} when it can't run there.
   */
  async runnerFor(flowFile: string): Promise<Cli | undefined> {
    if (!this.#runsInContainer(flowFile)) return this.cliFor(flowFile);
    const { runningContainer } = await import("../dev-container/start-container.ts");
    const container = await runningContainer(this.baseOf(flowFile), this.#log);
    return container && this.#cliIn(container, flowFile);
  }

  /** The same for what only concerns a run that is there: a container that isn't running isn't started for it. */
  async runnerOf(flowFile: string): Promise<Cli> {
    if (!this.#runsInContainer(flowFile)) return this.cliFor(flowFile);
    const { findDevContainer } = await import("../dev-container/dev-container.ts");
    const container = await findDevContainer(this.baseOf(flowFile));
    return container?.isRunning ? this.#cliIn(container, flowFile) : this.cliFor(flowFile);
  }

  async #cliIn(container: DevContainer, flowFile: string): Promise<Cli> {
    const { containerRuntime } = await import("../dev-container/container-runtime.ts");
    const { version } = this.#own;
    const script = await containerRuntime(container, {
      file: flowFile,
      base: this.baseOf(flowFile),
      version,
    });
    this.#log.info(`Runtime ${script} of the container ${container.id.slice(0, 12)}`);
    // The flows that come with Millrace are in both.
    const own = { here: dirname(dirname(this.#own.cli)), inside: posix.dirname(posix.dirname(script)) };
    return {
      node: "node",
      script,
      session: sessionFor(vscode.Uri.file(flowFile)),
      container: { ...container, paths: [...container.paths, own] },
    };
  }

  /** Whether flows run elsewhere than where this window is. */
  #runsInContainer(flowFile: string): boolean {
    const configuration = vscode.workspace.getConfiguration("millrace", vscode.Uri.file(flowFile));
    const isInside = /^(dev|attached)-container$/.test(vscode.env.remoteName ?? "");
    return configuration.get<string>("runIn", "here") === "devContainer" && !isInside;
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
    return threads === null ? [] : ["--threads", String(threads)];
  }
}

function sessionFor(uri: vscode.Uri): string {
  return vscode.workspace.getConfiguration("millrace", uri).get("session", "") || "duckdb";
}
