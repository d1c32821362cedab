import { type CommandId, commands } from "./commands.ts";
import { settings } from "./settings.ts";
import { doneKey, type StepId, walkthroughSteps } from "./walkthrough.ts";

const flowFile = "resourceFilename =~ /\\.flow\\.(ts|mts|js|mjs)$/";
const flowItem = "view == millrace.flows && viewItem == flow";
const ended = "view == millrace.runs && viewItem =~ /^run\\.ended/";

interface MenuEntry {
  readonly command: CommandId;
  readonly when: string;
  readonly group?: string;
}

const menus: { readonly [menu: string]: readonly MenuEntry[] } = {
  "view/title": [
    { command: "millrace.runFlow", when: "view == millrace.flows", group: "navigation@1" },
    { command: "millrace.newFlow", when: "view == millrace.flows", group: "navigation@2" },
    { command: "millrace.downloadMovieLens", when: "view == millrace.flows", group: "2_data" },
    { command: "millrace.showLog", when: "view == millrace.flows", group: "3_log" },
    { command: "millrace.filterRuns", when: "view == millrace.runs", group: "navigation@1" },
    {
      command: "millrace.clearRunFilter",
      when: "view == millrace.runs && millrace.runsFiltered",
      group: "navigation@2",
    },
  ],
  "view/item/context": [
    { command: "millrace.runFlow", when: flowItem, group: "inline@1" },
    { command: "millrace.debugFlow", when: flowItem, group: "inline@2" },
    { command: "millrace.showGraph", when: flowItem, group: "inline@3" },
    { command: "millrace.runFlow", when: flowItem, group: "1_run@1" },
    { command: "millrace.debugFlow", when: flowItem, group: "1_run@2" },
    { command: "millrace.showGraph", when: flowItem, group: "2_show@1" },
    { command: "millrace.openResult", when: "view == millrace.flows && viewItem == task", group: "inline@1" },
    {
      command: "millrace.cancelRun",
      when: "view == millrace.runs && viewItem == run.alive",
      group: "inline@1",
    },
    {
      command: "millrace.resumeRun",
      when: "view == millrace.runs && viewItem == run.ended.resumable",
      group: "inline@1",
    },
    { command: "millrace.runFlowAgain", when: ended, group: "inline@2" },
    { command: "millrace.deleteRun", when: ended, group: "inline@3" },
    {
      command: "millrace.openRun",
      when: "view == millrace.runs && viewItem =~ /^run\\./",
      group: "1_open@1",
    },
    {
      command: "millrace.openResult",
      when: "view == millrace.runs && viewItem =~ /^run\\./",
      group: "1_open@2",
    },
    { command: "millrace.deleteRun", when: ended, group: "9_delete" },
  ],
  "editor/title/run": [
    { command: "millrace.runFlow", when: flowFile, group: "navigation@1" },
    { command: "millrace.debugFlow", when: flowFile, group: "navigation@2" },
  ],
  "editor/title": [
    { command: "millrace.showGraph", when: flowFile, group: "navigation" },
    { command: "millrace.pinPanel", when: "activeWebviewPanelId == millrace.run", group: "navigation" },
  ],
  "explorer/context": [{ command: "millrace.runFlow", when: flowFile, group: "navigation@90" }],
};

/** The fields of package.json that make the package an extension. */
export function extensionFields() {
  return {
    main: "./dist/extension/main.js",
    icon: "extension/media/icon.png",
    galleryBanner: { color: "#10243d", theme: "dark" },
    categories: ["Data Science", "Visualization", "Debuggers", "Other"],
    keywords: ["dataflow", "workflow", "orchestration", "pipeline", "etl", "duckdb", "spark"],
    extensionKind: ["workspace"],
    activationEvents: [
      "workspaceContains:**/*.flow.{ts,mts,js,mjs}",
      "workspaceContains:.millrace/runs",
      "onWebviewPanel:millrace.run",
    ],
    capabilities: {
      virtualWorkspaces: { supported: false, description: "Flows run in a process, on files." },
      untrustedWorkspaces: {
        supported: "limited",
        description: "Flows are listed and past runs are shown; nothing is run.",
        restrictedConfigurations: ["millrace.nodePath", "millrace.runIn", "millrace.session"],
      },
    },
    contributes: {
      commands: Object.entries(commands).map(([command, declaration]) => {
        const { palette: _, icon, ...rest } = { palette: undefined, icon: undefined, ...declaration };
        return {
          command,
          category: "Millrace",
          ...rest,
          ...(icon === undefined ? {} : { icon: `$(${icon})` }),
        };
      }),
      menus: {
        commandPalette: Object.entries(commands).flatMap(([command, declaration]) =>
          "palette" in declaration
            ? [{ command, when: declaration.palette === false ? "false" : declaration.palette }]
            : [],
        ),
        ...menus,
      },
      keybindings: [
        {
          command: "millrace.runFlow",
          key: "ctrl+alt+r",
          mac: "cmd+alt+r",
          when: `editorTextFocus && ${flowFile}`,
        },
      ],
      configuration: { title: "Millrace", properties: settings },
      viewsContainers: {
        activitybar: [{ id: "millrace", title: "Millrace", icon: "extension/media/activity-bar.svg" }],
      },
      views: {
        millrace: [
          { id: "millrace.flows", name: "Flows", icon: "extension/media/activity-bar.svg" },
          { id: "millrace.runs", name: "Runs", icon: "extension/media/activity-bar.svg" },
        ],
      },
      viewsWelcome: [
        {
          view: "millrace.flows",
          when: "workspaceFolderCount == 0",
          contents: "Open a folder to find the flows in it.\n[Open Folder](command:vscode.openFolder)",
        },
        {
          view: "millrace.flows",
          when: "workspaceFolderCount != 0 && millrace.searched",
          contents:
            "There are no flows here yet: files with names such as hello.flow.ts.\n[New Flow](command:millrace.newFlow)\nOr see one at work: it matches the movie titles of IMDB and GroupLens and compares their ratings.\n[Run the Movie Ratings Example](command:millrace.runExample)",
        },
        {
          view: "millrace.runs",
          when: "!millrace.runsFiltered",
          contents:
            "Runs appear here, wherever they were started: in this window, in another one, in a terminal, in a container.\n[Run Flow](command:millrace.runFlow)",
        },
        {
          view: "millrace.runs",
          when: "millrace.runsFiltered",
          contents: "No run is of that kind.\n[Show All Runs](command:millrace.clearRunFilter)",
        },
      ],
      walkthroughs: [
        {
          id: "start",
          title: "Get Started with Millrace",
          description: "Write dataflows in TypeScript, run them in parallel, and watch them while they run.",
          steps: Object.entries(walkthroughSteps).map(([id, { title, description, media }]) => ({
            id,
            title,
            description,
            media,
            completionEvents: [`onContext:${doneKey(id as StepId)}`], // its keys
          })),
        },
      ],
    },
  };
}
