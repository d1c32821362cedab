import type { SourceLocation } from "../../runtime/errors/error-report.ts";
import { nameOfRun } from "../../runtime/events/run-ids.ts";
import type { ArtifactView } from "../../runtime/events/run-view.ts";
import { artifactElement } from "../artifacts/artifact-content.ts";
import { artifactKind } from "../artifacts/artifact-kinds.ts";
import { showArtifact } from "../artifacts/show-artifact.ts";
import { h } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { LogList, sourceLink } from "../logs/log-list.ts";
import { findSources } from "../logs/source-links.ts";
import type { PageContext } from "../page/page-view.ts";
import { Sections } from "./sections.ts";

/** What a node's output is written with: sections, and the parts that several kinds of nodes have. */
export class Output {
  readonly context: PageContext;
  readonly sections = new Sections();
  readonly actions = h("div", { class: "details-actions" });
  readonly #log: LogList;
  readonly #logBox: HTMLElement;
  #actionsKey = "";
  #logKey = "";
  #logLines: PageContext["model"]["logs"] | undefined;

  constructor(context: PageContext) {
    this.context = context;
    this.#log = new LogList({ label: "Log of the selection", showTask: false, openSource: this.openSource });
    this.#log.setEmptyText("Nothing was logged.");
    this.#logBox = h("div", { class: "details-log" }, this.#log.element);
  }

  /** Writes all sections anew; those whose keys are the same stay as they are. */
  write(sections: () => void): void {
    this.sections.begin();
    sections();
    this.sections.end();
    this.updateLog();
  }

  updateLog(): void {
    this.#log.update();
    // As high as its lines, within bounds.
    this.#logBox.style.height = `${Math.min(220, Math.max(28, this.#log.rows * 20 + 12))}px`;
  }

  readonly openSource = (source: SourceLocation): void => {
    this.context.host.act({ kind: "open-source", source });
  };

  setActions(key: string, build: () => readonly HTMLElement[]): void {
    if (key === this.#actionsKey) return;
    this.#actionsKey = key;
    this.actions.replaceChildren(...build());
  }

  /** The error, or else what the state says. */
  putOutcome(
    id: string,
    error:
      | {
          readonly message: string;
          readonly stack?: string | undefined;
          readonly source?: SourceLocation | undefined;
        }
      | undefined,
    message: string | undefined,
  ): void {
    if (error !== undefined) {
      this.sections.put("Error", `${id} ${error.message} ${error.stack}`, () =>
        this.#errorNodes(error.message, error.stack, error.source),
      );
    } else if (message !== undefined) {
      this.sections.put("State", `${id} ${message}`, () => [h("p", {}, message)]);
    }
  }

  /** What a check found, in full: it is the node's outcome. */
  putCheck(taskRun: string): void {
    const check = [...this.context.model.view.artifacts.values()].find(
      (artifact) => artifact.taskRun === taskRun && artifact.kind === "check",
    );
    this.sections.put("Check", check && `${check.key} ${check.time}`, () =>
      check === undefined ? [] : [artifactElement(this.context, check)],
    );
  }

  putArtifacts(belongs: (artifact: ArtifactView) => boolean): void {
    const own = [...this.context.model.view.artifacts.values()].filter(belongs);
    const key = own.map((artifact) => `${artifact.key} ${artifact.time}`).join();
    this.sections.put("Artifacts", own.length === 0 ? undefined : key, () =>
      own.map((artifact) =>
        h(
          "button",
          {
            class: "artifact-link",
            type: "button",
            on: { click: () => showArtifact(this.context, artifact) },
          },
          icon(artifactKind(artifact.kind).icon),
          h("span", {}, artifact.title),
          h("span", { class: "quiet" }, artifact.kind),
        ),
      ),
    );
  }

  /** The lines of the given runs, or of all. */
  putLog(runs: ReadonlySet<string> | undefined): void {
    this.sections.put("Log", "", () => [this.#logBox]);
    const { logs } = this.context.model;
    const key = runs === undefined ? "all" : [...runs].join("\n");
    // Another snapshot has other lines.
    if (key === this.#logKey && logs === this.#logLines) return;
    this.#logKey = key;
    this.#logLines = logs;
    this.#log.show(logs, { level: "DEBUG", runs, text: "" });
  }

  nodeLink(id: string): HTMLElement {
    return h(
      "button",
      { class: "link", type: "button", on: { click: () => this.context.select(id, true) } },
      nameOfRun(this.context.model.view.resources.get(id)?.name ?? id),
    );
  }

  sourceLink(source: SourceLocation): HTMLElement {
    const file = source.file.split(/[\\/]/).at(-1) ?? source.file;
    const link = sourceLink(`${file}:${source.line}:${source.column}`, source, this.openSource);
    link.title = source.file;
    return link;
  }

  #errorNodes(message: string, stack: string | undefined, source: SourceLocation | undefined): HTMLElement[] {
    const nodes: HTMLElement[] = [h("p", { class: "error-message" }, message)];
    if (source !== undefined) nodes.push(h("p", {}, this.sourceLink(source)));
    const lines = belowHeading(stack ?? "");
    if (lines.length > 0) {
      nodes.push(
        h(
          "pre",
          { class: "stack" },
          ...lines.flatMap((line, i) => [
            ...(i > 0 ? ["\n"] : []),
            ...findSources(line).map((part) =>
              part.source === undefined ? part.text : sourceLink(part.text, part.source, this.openSource),
            ),
          ]),
        ),
      );
    }
    return nodes;
  }
}

/** What a stack tells below the error's own name and message: its frames, and the errors in it with theirs. */
function belowHeading(stack: string): string[] {
  const lines = stack.split("\n");
  const first = lines.findIndex((line) => /^\s+at |^Caused by: |^ +\d+ of \d+ errors: /.test(line));
  return first < 0 ? [] : lines.slice(first).map((line) => line.replace(/^ {4}(?=at )/, ""));
}
