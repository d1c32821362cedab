import * as vscode from "vscode";
import type { PreparedFolder } from "../runtime/events/prepared-folder.ts";
import { labelText } from "../runtime/shown-text/notification.ts";
import { readRun } from "../runtime/store/read-run.ts";
import { mostShown } from "../runtime/store/task-run-limit.ts";
import type { Basics } from "./basics.ts";
import { callCli } from "./command-line/cli.ts";
import { Toolchain } from "./command-line/toolchain.ts";
import { GraphWarnings } from "./flows/graph-warnings.ts";
import { newFlow, pickFolder } from "./flows/new-flow.ts";
import { setUpTypes } from "./flows/set-up-types.ts";
import type { FileTarget, FlowTarget, RunTarget } from "./manifest/commands.ts";
import { Panels } from "./panel/panels.ts";
import { downloadMovieLens } from "./running/download-movielens.ts";
import { FlowRunner } from "./running/flow-runner.ts";
import { KeptSecrets } from "./running/kept-secrets.ts";
import { performAction } from "./running/perform-action.ts";
import { pickFlow, shippedFlows } from "./running/pick-flow.ts";
import { pickResult } from "./running/pick-result.ts";
import { pickRun } from "./running/pick-run.ts";
import { showError } from "./running/show-error.ts";
import { deleteRuns } from "./runs/delete-runs.ts";
import { askRunFilter } from "./runs/filter-runs.ts";
import { everyRun } from "./runs/run-filter.ts";
import { tell } from "./shown/notifications.ts";
import { UserMessage } from "./shown/user-message.ts";

/** What the commands do. */
export class Workbench {
  readonly panels: Panels;
  readonly #basics: Basics;
  readonly #toolchain: Toolchain;
  readonly #runner: FlowRunner;
  readonly #secrets: KeptSecrets;

  constructor(basics: Basics) {
    this.#basics = basics;
    const { context, log, runs, started } = basics;
    this.#secrets = new KeptSecrets(context.secrets);
    this.#toolchain = new Toolchain(context.extension, log);
    this.panels = new Panels({
      extensionUri: context.extensionUri,
      log,
      cliFor: (file) => this.#toolchain.cliFor(file),
      act: (action, panel) =>
        performAction(action, panel, this.#runner).catch((error) => showError(error, log)),
      findRun: async (id) => {
        await runs.refresh();
        return runs.pathOf(id);
      },
    });
    const warnings = new GraphWarnings();
    context.subscriptions.push(this.panels, warnings);
    this.#runner = new FlowRunner({
      memory: context.workspaceState,
      secrets: this.#secrets,
      toolchain: this.#toolchain,
      runs,
      panels: this.panels,
      started,
      warnings,
    });
  }

  async runFlow(target: FlowTarget | FileTarget | undefined, debug: boolean): Promise<void> {
    const file = await this.#pickFlow(target);
    if (file !== undefined) await this.#runner.run({ file, debug });
  }

  async runFlowAgain(target: RunTarget | undefined): Promise<void> {
    const { runs } = this.#basics;
    await runs.refresh();
    const path = target?.runPath ?? this.panels.active?.runPath ?? runs.runs[0]?.path;
    if (path === undefined) await this.runFlow(undefined, false);
    else await this.#runner.runAgain(path);
  }

  async runExample(): Promise<void> {
    const [example] = shippedFlows(this.#basics.context.extensionPath);
    if (example === undefined) throw new UserMessage("The example is missing: install the extension again.");
    if (vscode.workspace.workspaceFolders === undefined)
      throw new UserMessage("Open a folder first: the example writes its result into it.", [
        { kind: "command", title: "Open Folder", command: "vscode.openFolder" },
      ]);
    await this.#runner.run({ file: example.path });
  }

  async showGraph(target: FlowTarget | FileTarget | undefined): Promise<void> {
    const file = await this.#pickFlow(target);
    if (file !== undefined) await this.#runner.showGraph(file);
  }

  async cancelRun(target: RunTarget | undefined): Promise<void> {
    const { runs } = this.#basics;
    const path = await pickRun(target, runs, {
      title: "Cancel Run",
      none: "Nothing is running.",
      which: (run) => runs.isAlive(run.path),
    });
    if (path !== undefined) await this.#runner.cancel(path);
  }

  async resumeRun(target: (RunTarget & { readonly from?: string }) | undefined): Promise<void> {
    const { runs } = this.#basics;
    const path = await pickRun(target, runs, {
      title: "Resume Run",
      none: "No run failed, crashed or was cancelled: there is nothing to resume.",
      which: (run) => !runs.isAlive(run.path) && run.state.type !== "COMPLETED",
    });
    if (path !== undefined) await this.#runner.resume(path, { from: target?.from });
  }

  async openRun(target: RunTarget | undefined): Promise<void> {
    const path = await pickRun(target, this.#basics.runs, {
      title: "Open Run",
      none: "There are no runs yet.",
      which: () => true,
    });
    if (path !== undefined) await this.panels.showRun(path);
  }

  async openResult(target: (FlowTarget & { readonly task: string }) | RunTarget | undefined): Promise<void> {
    const { runs } = this.#basics;
    const run = target !== undefined && "runPath" in target ? target : undefined;
    const ofTask = target !== undefined && "flowFile" in target ? target : undefined;
    const path =
      ofTask === undefined
        ? await pickRun(run, runs, {
            title: "Open Result",
            none: "There are no runs yet.",
            which: () => true,
          })
        : runs.latestOf(ofTask.flowFile)?.path;
    if (path === undefined) {
      if (ofTask !== undefined) void tell("This flow has not run yet.");
      return;
    }
    const { view } = await readRun(path, mostShown);
    const node = await pickResult(view, ofTask?.task);
    if (node === undefined) return;
    const panel = await this.panels.showRun(path);
    panel.reveal(node);
  }

  async newFlow(): Promise<void> {
    await newFlow(this.#basics.flows, async (folder) => {
      await callCli(await this.#toolchain.cliFor(`${folder}/hello.flow.ts`), ["init", folder, "--json"], {
        cwd: folder,
      });
    });
  }

  async setUpTypes(given: string | undefined): Promise<void> {
    const folder = given ?? (await pickFolder())?.uri.fsPath;
    if (folder === undefined) return;
    await setUpTypes(folder, async () =>
      callCli<PreparedFolder>(
        await this.#toolchain.cliFor(`${folder}/any.flow.ts`),
        ["init", folder, "--types", "--json"],
        { cwd: folder },
      ),
    );
  }

  async downloadMovieLens(): Promise<void> {
    await downloadMovieLens((folder) => this.#toolchain.cliFor(`${folder}/any.flow.ts`), this.#basics.log);
  }

  async setSecret(name: string | undefined): Promise<void> {
    await this.#secrets.set(name);
  }

  async deleteSecret(name: string | undefined): Promise<void> {
    await this.#secrets.delete(name);
  }

  async deleteRuns(target: RunTarget | undefined, selected: readonly RunTarget[] | undefined): Promise<void> {
    // A button on a line means that line, whatever is selected; a key means what is.
    const targets = selected ?? (target === undefined ? this.#basics.runsView.selection : [target]);
    await deleteRuns(targets.flatMap((node) => ("runPath" in node ? [node.runPath] : [])));
    await this.#basics.runs.refresh();
  }

  async filterRuns(): Promise<void> {
    const { runs, runTree } = this.#basics;
    const flows = [...new Set(runs.runs.map((run) => run.flow))].sort();
    this.#setFilter((await askRunFilter(flows, runTree.filter)) ?? runTree.filter);
  }

  clearRunFilter(): void {
    this.#setFilter(everyRun);
  }

  pinPanel(): void {
    const { active } = this.panels;
    if (active !== undefined) active.pinned = true;
  }

  #setFilter(filter: Basics["runTree"]["filter"]): void {
    const { runTree, runsView } = this.#basics;
    runTree.filter = filter;
    runsView.description = labelText(runTree.description ?? "");
  }

  #pickFlow(target: FlowTarget | FileTarget | undefined): Promise<string | undefined> {
    const { flows, context } = this.#basics;
    return pickFlow(target, flows, context.extensionPath);
  }
}
