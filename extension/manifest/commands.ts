/** A command as package.json declares it. */
export interface CommandDeclaration {
  readonly title: string;
  /** A product icon's name. */
  readonly icon?: string;
  /** When it can be run. */
  readonly enablement?: string;
  /** When the palette has it; `false` for what makes no sense without what it was called on. */
  readonly palette?: string | false;
}

const trusted = "isWorkspaceTrusted";

/** Every command, declared once: package.json's part is made of this, and handlers are registered by these ids. */
export const commands = {
  "millrace.runFlow": { title: "Run Flow", icon: "play", enablement: trusted },
  "millrace.runFlowAgain": { title: "Run Flow Again", icon: "refresh", enablement: trusted },
  "millrace.debugFlow": { title: "Debug Flow", icon: "debug-alt", enablement: trusted },
  "millrace.cancelRun": {
    title: "Cancel Run",
    icon: "debug-stop",
    enablement: trusted,
    palette: "millrace.running",
  },
  "millrace.resumeRun": { title: "Resume Run", icon: "debug-continue", enablement: trusted },
  "millrace.showGraph": { title: "Show Graph", icon: "type-hierarchy", enablement: trusted },
  "millrace.openRun": { title: "Open Run", icon: "open-preview" },
  "millrace.openResult": { title: "Open Result", icon: "output" },
  "millrace.newFlow": { title: "New Flow", icon: "add", enablement: "workspaceFolderCount != 0" },
  "millrace.setUpTypes": { title: "Set Up the Types of Flows", enablement: trusted },
  "millrace.runExample": { title: "Run the Movie Ratings Example", enablement: trusted },
  "millrace.downloadMovieLens": { title: "Download MovieLens", icon: "cloud-download", enablement: trusted },
  "millrace.setSecret": { title: "Set Secret", icon: "key", enablement: trusted },
  "millrace.deleteSecret": { title: "Delete Secret", icon: "trash", enablement: trusted },
  "millrace.deleteRun": { title: "Delete Run", icon: "trash", palette: false },
  "millrace.filterRuns": { title: "Filter Runs", icon: "filter" },
  "millrace.showOlderRuns": { title: "Show Older Runs", icon: "history" },
  "millrace.clearRunFilter": {
    title: "Show All Runs",
    icon: "clear-all",
    palette: "millrace.runsFiltered",
  },
  "millrace.pinPanel": {
    title: "Keep This Run's Panel",
    icon: "pin",
    palette: "activeWebviewPanelId == millrace.run",
  },
  "millrace.showLog": { title: "Show Log" },
} as const satisfies { readonly [id: `millrace.${string}`]: CommandDeclaration };

export type CommandId = keyof typeof commands;

/** What a flow's command is called on: a tree item's or an editor's file, or nothing from the palette. */
export interface FlowTarget {
  readonly flowFile: string;
}

/** What a run's command is called on. */
export interface RunTarget {
  readonly runPath: string;
}

/** Editors and the explorer call commands with a Uri; this is the part of it that is needed. */
export interface FileTarget {
  readonly fsPath: string;
}

/** What each command takes. All of it is optional: the palette gives nothing. */
export interface CommandArguments {
  "millrace.runFlow": [flow?: FlowTarget | FileTarget];
  "millrace.runFlowAgain": [run?: RunTarget];
  "millrace.debugFlow": [flow?: FlowTarget | FileTarget];
  "millrace.cancelRun": [run?: RunTarget];
  "millrace.resumeRun": [run?: RunTarget & { readonly from?: string }];
  "millrace.showGraph": [flow?: FlowTarget | FileTarget];
  "millrace.openRun": [run?: RunTarget];
  "millrace.openResult": [result?: (FlowTarget & { readonly task: string }) | RunTarget];
  "millrace.newFlow": [];
  "millrace.setUpTypes": [place?: { readonly folder: string }];
  "millrace.runExample": [];
  "millrace.downloadMovieLens": [];
  "millrace.setSecret": [secret?: { readonly name: string }];
  "millrace.deleteSecret": [secret?: { readonly name: string }];
  "millrace.deleteRun": [run?: RunTarget, selected?: readonly RunTarget[]];
  "millrace.filterRuns": [];
  "millrace.showOlderRuns": [];
  "millrace.clearRunFilter": [];
  "millrace.pinPanel": [];
  "millrace.showLog": [];
}
