import { basename } from "node:path";
import * as vscode from "vscode";
import { isLost } from "../../runtime/discovery/secret-parameters.ts";
import { baseOf } from "../../runtime/disk/base-folder.ts";
import type { InspectedFlow } from "../../runtime/events/inspected-flow.ts";
import { type CancelOutcome, cancelRun } from "../../runtime/operations/cancel-run.ts";
import { secretMark } from "../../runtime/secrets/parts-of-secret.ts";
import { readRunInfo } from "../../runtime/store/run-folder.ts";
import { callCli } from "../command-line/cli.ts";
import type { Cli, RunInput } from "../command-line/command-line.ts";
import { debugRun } from "../command-line/debug-run.ts";
import { newAttemptOf, newRunOf, resumeRun, startRun } from "../command-line/start-run.ts";
import type { Toolchain } from "../command-line/toolchain.ts";
import type { GraphWarnings } from "../flows/graph-warnings.ts";
import type { Panels } from "../panel/panels.ts";
import type { PlannedRun } from "../panel/snapshot.ts";
import type { RunIndex } from "../runs/run-index.ts";
import { withStatus } from "../shown/notifications.ts";
import { UserMessage } from "../shown/user-message.ts";
import type { KeptSecrets } from "./kept-secrets.ts";
import { askParameters, askValue } from "./parameter-form.ts";
import { stillFitting } from "./parameter-text.ts";
import type { ParameterValues } from "./parameter-values.ts";

export interface RunRequest {
  readonly file: string;
  readonly debug?: boolean;
  /** What to run it with; without it the user is asked. */
  readonly parameters?: ParameterValues;
}

/** Starts runs, each in a process of its own, and shows them. */
export class FlowRunner {
  readonly #memory: vscode.Memento;
  readonly #secrets: KeptSecrets;
  readonly #toolchain: Toolchain;
  readonly #runs: RunIndex;
  readonly #panels: Panels;
  readonly #started: Set<string>;
  readonly #warnings: GraphWarnings;

  constructor(parts: {
    readonly memory: vscode.Memento;
    readonly secrets: KeptSecrets;
    readonly toolchain: Toolchain;
    readonly runs: RunIndex;
    readonly panels: Panels;
    /** Gets the folders of the runs that were started in this window. */
    readonly started: Set<string>;
    readonly warnings: GraphWarnings;
  }) {
    this.#memory = parts.memory;
    this.#secrets = parts.secrets;
    this.#toolchain = parts.toolchain;
    this.#runs = parts.runs;
    this.#panels = parts.panels;
    this.#started = parts.started;
    this.#warnings = parts.warnings;
  }

  /** Asks for the parameters, shows the plan, starts the run, and shows it. */
  async run({ file, debug = false, parameters }: RunRequest): Promise<void> {
    requireTrust();
    await vscode.workspace.saveAll(false);
    // The debugger reaches this machine's processes only.
    const cli = await (debug ? this.#toolchain.cliFor(file) : this.#toolchain.runnerFor(file));
    if (cli === undefined) return;
    const inspected = await this.#inspect(cli, file);
    // A run doesn't keep its secrets: to run it again they have to be given again.
    const isWhole = parameters !== undefined && !Object.values(parameters).some(isLost);
    const given = isWhole
      ? parameters
      : await this.#ask(file, inspected, debug ? "Debug" : "Run", parameters);
    if (given === undefined) return;
    const input = await this.#input(inspected, given);
    if (input === undefined) return;
    const planned = this.#planned(file, inspected, given);
    const panel = openPanelOnRun(file) ? this.#panels.showPlan(planned, { beside: debug }) : undefined;
    const base = this.#toolchain.baseOf(file);
    const args = ["run", "--dir", base, ...this.#toolchain.runOptions(file), "--quiet", "--json", file];
    try {
      const path = debug
        ? await debugRun(
            cli,
            args,
            { file, base, cwd: base, flow: inspected.flow, input },
            await newRunOfFile(base, file),
          )
        : await startRun(cli, args, { cwd: base, base, input });
      if (path === undefined) return;
      this.#started.add(path);
      this.#runs.include(base);
      await panel?.showRun(path);
    } catch (error) {
      panel?.showNothing("The run could not be started.");
      throw error;
    }
  }

  /** The last run once more, or the given one, with the parameters that it had. */
  async runAgain(path: string): Promise<void> {
    const { file, parameters } = await readRunInfo(path);
    await this.run({ file, parameters });
  }

  /** Shows a flow's graph without running it. */
  async showGraph(file: string): Promise<void> {
    requireTrust();
    await vscode.workspace.saveAll(false);
    const cli = await this.#toolchain.runnerFor(file);
    if (cli === undefined) return;
    const inspected = await this.#inspect(cli, file);
    this.#panels.showPlan(this.#planned(file, inspected, {}));
  }

  /** Runs what failed in a run, and all below it, again; from a task run: that and all below it, and nothing above. */
  async resume(
    path: string,
    { from, debug = false }: { readonly from?: string | undefined; readonly debug?: boolean } = {},
  ): Promise<void> {
    requireTrust();
    await vscode.workspace.saveAll(false);
    const { file, folder, flow, parameters } = await readRunInfo(path);
    const cli = await (debug ? this.#toolchain.cliFor(file) : this.#toolchain.runnerFor(file));
    if (cli === undefined) return;
    const base = baseOf(path);
    const given = await this.#askLost(cli, file, parameters);
    const input = given && (await this.#input(undefined, given));
    if (input === undefined) return;
    // A list option takes what follows it, too: it comes last.
    const again = from === undefined ? [] : ["--from", from];
    const args = [
      "resume",
      basename(path),
      "--dir",
      base,
      ...this.#toolchain.runOptions(file),
      "--quiet",
      "--json",
      ...again,
    ];
    if (debug) {
      const begun = await newAttemptOf(path);
      if ((await debugRun(cli, args, { file, base, cwd: folder, flow, input }, begun)) === undefined) return;
    } else await resumeRun(cli, path, args, { cwd: folder, input });
    this.#started.add(path);
    this.#runs.include(base);
    if (openPanelOnRun(file)) await this.#panels.showRun(path);
  }

  /** Cancels a run; one that doesn't end is ended. */
  async cancel(path: string): Promise<void> {
    // A run's folder says which process to end.
    requireTrust();
    const { file, host } = await readRunInfo(path);
    const outcome = await (host.container
      ? this.#cancelInContainer(path, file)
      : cancelRun(path, "Cancelled in VS Code."));
    if (outcome.outcome === "goes-on")
      throw new UserMessage(
        `The run '${outcome.id}' hasn't ended: process ${outcome.process} on ${outcome.host} goes on.`,
      );
  }

  /** Only where a run's process is can it be ended, if it doesn't end itself. */
  async #cancelInContainer(path: string, file: string): Promise<CancelOutcome> {
    const base = baseOf(path);
    const cli = await this.#toolchain.runnerOf(file);
    return callCli<CancelOutcome>(cli, ["cancel", basename(path), "--dir", base, "--json"], { cwd: base });
  }

  async #inspect(cli: Cli, file: string): Promise<InspectedFlow> {
    const inspected = await withStatus("Millrace: reading the flow", () =>
      callCli<InspectedFlow>(cli, ["inspect", file], { cwd: this.#toolchain.baseOf(file) }),
    );
    this.#warnings.show(file, inspected.plan);
    return inspected;
  }

  /**
   * What a run gets on its standard input. A secret that it will ask for, and that is nowhere, is asked for first.
   * @returns undefined when that is dismissed.
   */
  async #input(
    inspected: InspectedFlow | undefined,
    parameters: ParameterValues,
  ): Promise<RunInput | undefined> {
    const kept = await this.#secrets.all();
    for (const { name, isThere } of inspected?.plan?.secrets ?? [])
      if (!isThere && kept[name] === undefined && !(await this.#secrets.set(name))) return undefined;
    return { parameters, secrets: await this.#secrets.all() };
  }

  /** Asks for what a run had and didn't keep, since it was secret. @returns undefined when that is dismissed. */
  async #askLost(cli: Cli, file: string, parameters: ParameterValues): Promise<ParameterValues | undefined> {
    const lost = Object.keys(parameters).filter((name) => isLost(parameters[name]));
    if (lost.length === 0) return {};
    const { parameters: fields } = await this.#inspect(cli, file);
    const given: Record<string, unknown> = {};
    for (const field of fields.filter(({ name }) => lost.includes(name))) {
      const answer = await askValue({ ...field, secret: true, default: undefined }, undefined);
      if (answer?.value === undefined) return undefined;
      given[field.name] = answer.value;
    }
    return given;
  }

  async #ask(
    file: string,
    flow: InspectedFlow,
    verb: "Run" | "Debug",
    before?: ParameterValues,
  ): Promise<ParameterValues | undefined> {
    if (flow.parameters.length === 0) return {};
    const key = `parameters of ${file}`;
    const known = Object.entries(before ?? this.#memory.get<ParameterValues>(key, {}));
    const last = stillFitting(
      flow.parameters,
      Object.fromEntries(known.filter(([, value]) => !isLost(value))),
    );
    const given = await askParameters(flow, last, verb);
    const secret = new Set(flow.parameters.filter((field) => field.secret).map(({ name }) => name));
    const kept = Object.entries(given ?? {}).filter(([name]) => !secret.has(name));
    if (given !== undefined) await this.#memory.update(key, Object.fromEntries(kept));
    return given;
  }

  #planned(file: string, { flow, parameters, plan }: InspectedFlow, given: ParameterValues): PlannedRun {
    const values = parameters.map(({ name, secret, default: value }) => {
      const chosen = given[name] ?? value;
      return [name, secret && chosen !== undefined ? secretMark : chosen];
    });
    const configuration = vscode.workspace.getConfiguration("millrace", vscode.Uri.file(file));
    return {
      flow,
      file,
      plan,
      parameters: Object.fromEntries(values),
      // What follows the host may be secret.
      session: configuration.get("session", "duckdb").replace(/\/?;.*$/s, ""),
    };
  }
}

/** Looks for a new run of a flow's file: the debugger doesn't tell which process it has started. */
async function newRunOfFile(base: string, flowFile: string): Promise<() => Promise<string | undefined>> {
  const newRun = await newRunOf(base);
  return () => newRun(({ file }) => file === flowFile);
}

function openPanelOnRun(file: string): boolean {
  return vscode.workspace.getConfiguration("millrace", vscode.Uri.file(file)).get("openPanelOnRun", true);
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserMessage("Nothing is run in a folder that isn't trusted.", [
    { kind: "command", title: "Manage Workspace Trust", command: "workbench.trust.manage" },
  ]);
}
