/** Every setting, declared once. */
export const settings = {
  "millrace.nodePath": {
    type: "string",
    default: "",
    scope: "machine-overridable",
    markdownDescription:
      "The Node.js that runs flows, 20.19 or later: a path. When empty, the first on `PATH` or in the usual places is taken.",
  },
  "millrace.session": {
    type: "string",
    default: "duckdb",
    scope: "resource",
    markdownDescription:
      "The engine that `openSession()` gives: `duckdb`, which is built in, or a Spark Connect endpoint such as `sc://localhost:15002`.",
  },
  "millrace.runIn": {
    type: "string",
    enum: ["here", "devContainer"],
    enumDescriptions: [
      "In a process of the machine, or container, that this window is on.",
      "In the folder's running Dev Container, by the docker command, with this window on the host.",
    ],
    default: "here",
    scope: "resource",
    description: "Where flows run. In a window that is in the Dev Container both are the same.",
  },
  "millrace.threads": {
    type: ["integer", "null"],
    default: null,
    minimum: 1,
    maximum: 512,
    scope: "resource",
    description: "How many worker threads a run gets. When empty: one for each processor.",
  },
  "millrace.openPanelOnRun": {
    type: "boolean",
    default: true,
    description: "Open the panel of a run that is started in this window.",
  },
  "millrace.codeLens": {
    type: "boolean",
    default: true,
    description: "Show Run, Debug and Graph above flows, and the latest output above tasks.",
  },
} as const;
