import type { SourceLocation } from "../runtime/errors/error-report.ts";
import type { ArtifactContent } from "../runtime/events/artifacts.ts";
import type { FlowGraph } from "../runtime/events/flow-graph.ts";
import type { LogLine } from "../runtime/events/log-lines.ts";
import type { ResultContent } from "../runtime/events/result-content.ts";
import type { RunEvent } from "../runtime/events/run-event.ts";
import type { RunViewJson } from "../runtime/events/run-view-json.ts";

/**
 * All messages between the panel's page and its host, both ways. Everything is JSON: no Maps, no Dates.
 * The host sends a snapshot when the page says it is ready and whenever it becomes visible again, then the
 * events that follow it; the page folds them with the runtime's reducer.
 *
 * The host's HTML holds `panel.css`, `main.js` at the end of an otherwise empty body, and for its content policy
 * `default-src 'none'; script-src 'nonce-N'; style-src <cspSource> 'nonce-N'; img-src data: blob:; worker-src blob:`
 * with `<meta property="csp-nonce" content="N">`, by which the toolkit finds the nonce.
 */
export type HostMessage =
  | { readonly type: "snapshot"; readonly snapshot: Snapshot }
  /** Nothing to show: no run is chosen, or it is gone. */
  | { readonly type: "empty"; readonly message: string }
  | { readonly type: "events"; readonly events: readonly RunEvent[] }
  | { readonly type: "answer"; readonly id: number; readonly answer: Answer }
  /** Shows a node or a tab, as a command of the editor asks. */
  | { readonly type: "reveal"; readonly node?: string; readonly tab?: Tab };

export type PageMessage =
  | { readonly type: "ready" }
  | { readonly type: "request"; readonly id: number; readonly request: PageRequest }
  | { readonly type: "action"; readonly action: PageAction }
  /** Something failed in the page: for the extension's log. */
  | { readonly type: "page-error"; readonly message: string; readonly stack: string | undefined };

export type Tab = "graph" | "timeline" | "logs" | "data" | "comparison" | "artifacts";

export interface Snapshot {
  readonly run: RunHeader;
  /** The graph as read without running; all there is before a run, and a preview beside it afterwards. */
  readonly plan: FlowGraph | undefined;
  readonly view: RunViewJson | undefined;
  /**
   * The run's log lines up to `view.seq` as the runtime's `LogLines` makes them, the latest 100,000 at most; and
   * how many there were before those.
   */
  readonly logs: readonly LogLine[];
  readonly logsLeftOut: number;
}

export interface RunHeader {
  /** Undefined before a run: only the plan is shown. */
  readonly id: string | undefined;
  readonly name: string;
  readonly flow: string;
  readonly file: string;
  readonly parameters: { readonly [name: string]: unknown };
  readonly session: string;
  /** Where it ran: the machine's or container's name. */
  readonly host: string;
  readonly container: boolean;
  /** Whether its process is alive: only then can it be cancelled. */
  readonly alive: boolean;
}

export type PageRequest =
  | { readonly kind: "artifact"; readonly key: string }
  /** A result as text, and samples of the tables in it. */
  | { readonly kind: "result"; readonly taskRun: string };

export type Answer =
  | { readonly kind: "artifact"; readonly content: ArtifactContent }
  | { readonly kind: "result"; readonly result: ResultContent }
  | { readonly kind: "error"; readonly message: string };

export type PageAction =
  | { readonly kind: "open-source"; readonly source: SourceLocation }
  | { readonly kind: "cancel" }
  /** Runs what failed again; from a task run: that and all below it too. */
  | { readonly kind: "resume"; readonly from?: string }
  | { readonly kind: "run-again" }
  /** A new run under the debugger; from a task run: that and all below it, with the results that it was given. */
  | { readonly kind: "debug"; readonly from?: string }
  | { readonly kind: "save"; readonly suggestedName: string; readonly base64: string }
  | { readonly kind: "copy"; readonly text: string };
