import { basename } from "node:path";
import * as vscode from "vscode";
import type { PageAction } from "../../webview/contract.ts";
import type { Cli } from "../command-line/command-line.ts";
import { type PanelHost, panelType, RunPanel } from "./run-panel.ts";
import type { PlannedRun } from "./snapshot.ts";

/** What the panels need of the rest of the extension. */
export interface PanelServices {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  cliFor(flowFile: string): Promise<Cli>;
  act(action: PageAction, panel: RunPanel): Promise<void>;
  /** The folder of a run by its id. */
  findRun(id: string): Promise<string | undefined>;
}

export interface ShowOptions {
  /** Beside the active editor, which keeps the focus. */
  readonly beside?: boolean;
}

/**
 * All panels of the window. A run has one; a run that is opened takes the place of one that has ended, unless
 * that is pinned.
 */
export class Panels implements vscode.Disposable {
  readonly #services: PanelServices;
  readonly #panels = new Set<RunPanel>();

  constructor(services: PanelServices) {
    this.#services = services;
  }

  dispose(): void {
    for (const panel of this.#panels) panel.stopFollowing();
  }

  get active(): RunPanel | undefined {
    return [...this.#panels].find((panel) => panel.active);
  }

  /** Whether the user sees this run's panel. */
  isVisible(runPath: string): boolean {
    return [...this.#panels].some((panel) => panel.runPath === runPath && panel.visible);
  }

  showPlan(planned: PlannedRun, options: ShowOptions = {}): RunPanel {
    const panel = this.#free(planned.file) ?? this.#create(planned.flow, options);
    panel.showPlan(planned);
    panel.bringUp(options.beside ?? false);
    return panel;
  }

  async showRun(path: string, options: ShowOptions = {}): Promise<RunPanel> {
    const own = [...this.#panels].find(({ runPath }) => runPath === path);
    const panel = own ?? this.#free(undefined) ?? this.#create(basename(path), options);
    panel.bringUp(options.beside ?? false);
    await panel.showRun(path);
    return panel;
  }

  /** Takes over a panel of an earlier window; its page has kept which run it showed. */
  async restore(webviewPanel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const panel = this.#adopt(webviewPanel);
    const id = typeof state === "object" && state !== null && "run" in state ? state.run : undefined;
    const path = typeof id === "string" ? await this.#services.findRun(id) : undefined;
    if (path !== undefined) await panel.showRun(path);
    else
      panel.showNothing(
        id === undefined ? "No run was shown here." : `The run '${String(id)}' is no longer there.`,
      );
  }

  /** A panel that may show something else: of this flow if there is one. */
  #free(flowFile: string | undefined): RunPanel | undefined {
    const free = [...this.#panels].filter((panel) => !panel.pinned && !panel.alive);
    return free.find((panel) => panel.flowFile === flowFile) ?? free[0];
  }

  #create(title: string, { beside = false }: ShowOptions): RunPanel {
    const { Beside, Active } = vscode.ViewColumn;
    const place = { viewColumn: beside ? Beside : Active, preserveFocus: beside };
    return this.#adopt(
      vscode.window.createWebviewPanel(panelType, title, place, { enableFindWidget: false }),
    );
  }

  #adopt(webviewPanel: vscode.WebviewPanel): RunPanel {
    const { extensionUri, log, cliFor, act } = this.#services;
    const host: PanelHost = { extensionUri, log, cliFor, act, closed: (panel) => this.#panels.delete(panel) };
    const panel = new RunPanel(webviewPanel, host);
    this.#panels.add(panel);
    return panel;
  }
}
