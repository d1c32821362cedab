import { rootFlowRun, type SourceLocation } from "../../runtime/events/run-event.ts";
import { nameOfRun } from "../../runtime/events/run-names.ts";
import type { ArtifactView, FlowRunView, ResourceView, TaskRunView } from "../../runtime/events/run-view.ts";
import { hasEnded } from "../../runtime/events/states.ts";
import { showArtifact } from "../artifacts/show-artifact.ts";
import { h, setText } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatClock, formatDuration, formatElapsed } from "../format/durations.ts";
import { formatQuantity, formatValue, shorten } from "../format/values.ts";
import { resourceTexts } from "../graph/bracket-shape.ts";
import { captionOf, countStatuses, timeSpent } from "../graph/captions.ts";
import { statusOfRun } from "../graph/run-items.ts";
import type { VisibleNode } from "../graph/visible-graph.ts";
import { LogList, sourceLink } from "../logs/log-list.ts";
import { findSources } from "../logs/source-links.ts";
import type { PageContext } from "../page/page-view.ts";
import type { RunChanges } from "../run/run-model.ts";
import { type Status, statusText } from "../state/status.ts";
import { statusIcon } from "../state/status-icon.ts";
import { button, iconButton } from "../toolkit.ts";
import { artifactIcon } from "./artifact-icon.ts";
import { resultNodes } from "./result.ts";
import { facts, Sections } from "./sections.ts";

/** The output of a node, beside whatever is shown: state, tries, what went in and what came out, its log. */
export class DetailsPane {
  readonly element: HTMLElement;
  readonly #context: PageContext;
  readonly #nodeOf: (id: string) => VisibleNode | undefined;
  readonly #onClose: () => void;
  readonly #title = h("h2", { tabindex: -1 });
  readonly #sign = h("span", { class: "details-sign" });
  readonly #state = h("div", { class: "details-state" });
  readonly #actions = h("div", { class: "details-actions" });
  readonly #sections = new Sections();
  readonly #log: LogList;
  readonly #logBox: HTMLElement;
  #id: string | undefined;
  #actionsKey = "";
  #signKey = "";
  #logRuns = "";

  constructor(context: PageContext, nodeOf: (id: string) => VisibleNode | undefined, onClose: () => void) {
    this.#context = context;
    this.#nodeOf = nodeOf;
    this.#onClose = onClose;
    this.#log = new LogList({ label: "Log of the selection", showTask: false, openSource: this.#open });
    this.#log.setEmptyText("Nothing was logged.");
    this.#logBox = h("div", { class: "details-log" }, this.#log.element);
    this.element = h(
      "aside",
      { class: "details", "aria-label": "Output" },
      h(
        "header",
        { class: "details-head" },
        h(
          "div",
          { class: "details-title" },
          this.#sign,
          this.#title,
          iconButton("Close", "close", () => this.#onClose()),
        ),
        this.#state,
        this.#actions,
      ),
      this.#sections.element,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.stopPropagation();
      this.#onClose();
    });
  }

  focus(): void {
    this.#title.focus();
  }

  show(id: string | undefined): void {
    if (id === this.#id) return;
    this.#id = id;
    this.element.scrollTop = 0;
    this.#draw(true);
  }

  update(changes: RunChanges): void {
    const id = this.#id;
    if (id === undefined) return;
    const node = this.#nodeOf(id);
    const touched =
      changes.everything ||
      changes.structure ||
      changes.artifacts ||
      changes.ids.has(id) ||
      (id === rootFlowRun && changes.ids.size > 0) ||
      (node !== undefined && node.kind !== "task" && changes.ids.size > 0);
    if (touched) this.#draw(changes.everything);
    else if (changes.logs) {
      this.#log.update();
      this.#sizeLog();
    }
  }

  tick(now: number): void {
    this.#drawState(now);
  }

  /** As high as its lines, within bounds. */
  #sizeLog(): void {
    this.#logBox.style.height = `${Math.min(220, Math.max(28, this.#log.rows * 20 + 12))}px`;
  }

  readonly #open = (source: SourceLocation): void => {
    this.#context.host.act({ kind: "open-source", source });
  };

  #draw(fresh: boolean): void {
    const id = this.#id;
    const { view } = this.#context.model;
    if (id === undefined) return;
    if (fresh) this.#logRuns = "\n";
    this.#drawState(Date.now());
    this.#sections.begin();
    const task = view.taskRuns.get(id);
    const flow = view.flowRuns.get(id);
    const resource = view.resources.get(id);
    if (task !== undefined) this.#drawTask(task);
    else if (flow !== undefined || id === rootFlowRun) this.#drawFlow(id, flow);
    else if (resource !== undefined) this.#drawResource(resource);
    else this.#drawOther(id);
    this.#sections.end();
    this.#log.update();
    this.#sizeLog();
  }

  #drawState(now: number): void {
    const id = this.#id;
    if (id === undefined) return;
    const { model } = this.#context;
    const { view, header } = model;
    const task = view.taskRuns.get(id);
    const flow = view.flowRuns.get(id);
    const resource = view.resources.get(id);
    const node = this.#nodeOf(id);
    if (task !== undefined || (node !== undefined && flow === undefined)) {
      const visible: VisibleNode = node ?? {
        id,
        kind: "task",
        label: task?.name ?? id,
        parent: undefined,
        open: false,
        runs: [id],
      };
      const caption = captionOf(view, visible, now);
      this.#head(task?.name ?? visible.label, caption.status, caption.text);
    } else if (resource !== undefined) {
      const texts = resourceTexts(resource, now);
      this.#head(nameOfRun(resource.name), "database", texts.state);
    } else if (flow !== undefined || id === rootFlowRun) {
      const status = statusOfRun(view, id);
      const end = flow?.ended ?? now;
      const spent =
        flow?.started === undefined
          ? ""
          : ` · ${flow.ended === undefined ? formatElapsed(end - flow.started) : formatDuration(end - flow.started)}`;
      this.#head(flow?.flow ?? header?.flow ?? "", status, `${statusText(status)}${spent}`);
    } else this.#head(nameOfRun(id), "Planned", "Planned");
  }

  #head(title: string, sign: Status | "database", text: string): void {
    setText(this.#title, title);
    setText(this.#state, text);
    if (this.#signKey === sign) return;
    this.#signKey = sign;
    this.#sign.replaceChildren(sign === "database" ? icon("database") : statusIcon(sign));
    this.#state.dataset.status = sign;
  }

  #setActions(key: string, build: () => readonly HTMLElement[]): void {
    if (key === this.#actionsKey) return;
    this.#actionsKey = key;
    this.#actions.replaceChildren(...build());
  }

  #drawTask(run: TaskRunView): void {
    const { model, host } = this.#context;
    const ended = hasEnded(run.state);
    const canRerun = ended && !(model.header?.alive ?? false);
    this.#setActions(`task ${run.id} ${canRerun} ${run.source?.line}`, () => {
      const { source } = run;
      return [
        ...(source === undefined
          ? []
          : [button("Open Source", () => this.#open(source), { icon: "go-to-file" })]),
        ...(canRerun
          ? [
              button("Re-run from Here", () => host.act({ kind: "resume", from: run.id }), {
                icon: "run-from",
              }),
              iconButton("Debug from Here", "debug", () => host.act({ kind: "debug", from: run.id })),
            ]
          : []),
      ];
    });
    const { error } = run;
    this.#sections.put(
      "Error",
      error === undefined ? undefined : `${run.id} ${error.message} ${error.stack}`,
      () => (error === undefined ? [] : this.#errorNodes(error.message, error.stack, error.source)),
    );
    const message = error === undefined ? run.state.message : undefined;
    this.#sections.put("State", message === undefined ? undefined : `${run.id} ${message}`, () => [
      h("p", {}, message),
    ]);
    this.#sections.put(
      "Result",
      run.result === undefined ? undefined : `${run.id} ${run.ended} ${run.result.sha256}`,
      () => resultNodes(this.#context, run),
    );
    this.#putArtifacts((artifact) => artifact.taskRun === run.id);
    this.#sections.put("Log", `${run.id}`, () => {
      this.#showLog(new Set([run.id]));
      return [this.#logBox];
    });
    this.#sections.put("Arguments", `${run.id} ${run.arguments.length} ${this.#upstreamKey(run)}`, () =>
      run.arguments.length + run.upstream.length + run.resources.length === 0
        ? [h("p", { class: "quiet" }, "It was called without arguments.")]
        : [this.#argumentFacts(run)],
    );
    const tries = run.attempts.map((a) => `${a.attempt} ${a.started} ${a.ended} ${a.state.name}`).join();
    this.#sections.put("Attempts", `${run.id} ${tries}`, () => [attemptTable(run)]);
    this.#sections.put("Run", `${run.id} ${run.ended} ${run.adopted}`, () => [
      facts([
        ["Task", run.task],
        ["Created", formatClock(run.created)],
        ["Waited", waited(run)],
        ["Ended", run.ended === undefined ? undefined : formatClock(run.ended)],
        ["Ran for", spentText(run)],
        ["Tags", run.tags.join(", ")],
        ["In flow run", run.flowRun === rootFlowRun ? undefined : this.#nodeLink(run.flowRun)],
        ["From an earlier attempt", run.adopted ? "yes, its result was taken over" : undefined],
        ["Declared at", run.source === undefined ? undefined : this.#sourceLink(run.source)],
      ]),
    ]);
  }

  #drawFlow(id: string, flow: FlowRunView | undefined): void {
    const { model, host } = this.#context;
    const { header, view } = model;
    const root = id === rootFlowRun;
    this.#setActions(`flow ${id} ${header?.file}`, () =>
      root && header !== undefined
        ? [
            button(
              "Open Source",
              () => host.act({ kind: "open-source", source: { file: header.file, line: 1, column: 1 } }),
              { icon: "go-to-file" },
            ),
          ]
        : [],
    );
    const error = flow?.error;
    this.#sections.put("Error", error === undefined ? undefined : `${id} ${error.message}`, () =>
      error === undefined ? [] : this.#errorNodes(error.message, error.stack, error.source),
    );
    const message = error === undefined ? flow?.state.message : undefined;
    this.#sections.put("State", message === undefined ? undefined : `${id} ${message}`, () => [
      h("p", {}, message),
    ]);
    if (root) {
      const parameters = Object.entries(header?.parameters ?? {});
      this.#sections.put("Parameters", `${header?.id} ${parameters.length}`, () =>
        parameters.length === 0
          ? [h("p", { class: "quiet" }, "The flow has no parameters.")]
          : [facts(parameters.map(([name, value]) => [name, h("code", {}, formatValue(value))] as const))],
      );
    }
    const runs = [...view.taskRuns.values()].filter((run) => root || run.flowRun === id);
    const counts = countStatuses(
      view,
      runs.map((run) => run.id),
    );
    const summary = [...counts].map(([status, count]) => `${status} ${count}`).join();
    this.#sections.put("Task runs", runs.length === 0 ? undefined : `${id} ${summary}`, () => [
      h(
        "ul",
        { class: "counts" },
        ...[...counts].map(([status, count]) =>
          h("li", {}, statusIcon(status), `${count} ${statusText(status).toLowerCase()}`),
        ),
      ),
    ]);
    this.#sections.put(
      "Result",
      flow?.result === undefined ? undefined : `${id} ${flow.result.sha256}`,
      () => [h("pre", { class: "value" }, flow?.result?.preview ?? "")],
    );
    this.#putArtifacts((artifact) => artifact.taskRun === undefined && artifact.flowRun === id);
    this.#sections.put("Log", flow === undefined ? undefined : `${id} ${root}`, () => {
      this.#showLog(root ? undefined : new Set([id, ...runs.map((run) => run.id)]));
      return [this.#logBox];
    });
    this.#sections.put("Run", `${header?.id} ${id} ${flow?.ended}`, () => [
      facts([
        ["Run", flow?.name],
        ["Id", root ? header?.id : id],
        ["Started", flow?.started === undefined ? undefined : new Date(flow.started).toLocaleString()],
        ["Ended", flow?.ended === undefined ? undefined : formatClock(flow.ended)],
        ["Attempt", view.attempt > 1 ? String(view.attempt) : undefined],
        ["Threads", view.threads > 0 ? String(view.threads) : undefined],
        ["Session", header?.session],
        [
          "Ran on",
          header === undefined ? undefined : `${header.host}${header.container ? " (container)" : ""}`,
        ],
        ["File", header?.file],
      ]),
    ]);
  }

  #drawResource(resource: ResourceView): void {
    this.#setActions(`resource ${resource.id}`, () => []);
    const { error } = resource;
    this.#sections.put("Error", error === undefined ? undefined : `${resource.id} ${error.message}`, () =>
      error === undefined ? [] : this.#errorNodes(error.message, error.stack, error.source),
    );
    const holders = [...this.#context.model.view.taskRuns.values()].filter((run) =>
      run.resources.includes(resource.id),
    );
    this.#sections.put("Resource", `${resource.id} ${resource.state}`, () => [
      facts([
        ["Set-up began", formatClock(resource.created)],
        [
          "Set up in",
          resource.opened === undefined ? undefined : formatDuration(resource.opened - resource.created),
        ],
        ["Torn down", resource.closed === undefined ? undefined : formatClock(resource.closed)],
        [
          "Open for",
          resource.opened === undefined || resource.closed === undefined
            ? undefined
            : formatDuration(resource.closed - resource.opened),
        ],
      ]),
    ]);
    this.#sections.put("Used by", `${resource.id} ${holders.length}`, () => [
      h("ul", { class: "links" }, ...holders.map((run) => h("li", {}, this.#nodeLink(run.id)))),
    ]);
  }

  /** A group of runs, or what is only planned. */
  #drawOther(id: string): void {
    const { view } = this.#context.model;
    const node = this.#nodeOf(id);
    this.#setActions(`other ${id}`, () => []);
    if (node === undefined || node.kind === "task") {
      this.#sections.put("State", id, () => [h("p", { class: "quiet" }, "It has not run yet.")]);
      return;
    }
    const runs = node.runs.map((run) => [run, statusOfRun(view, run)] as const);
    this.#sections.put("Task runs", `${id} ${runs.map(([, status]) => status).join()}`, () => [
      h(
        "ul",
        { class: "links" },
        ...runs
          .slice(0, 500)
          .map(([run, status]) =>
            h(
              "li",
              {},
              statusIcon(status),
              this.#nodeLink(run),
              h("span", { class: "quiet" }, statusText(status)),
            ),
          ),
      ),
      ...(runs.length > 500 ? [h("p", { class: "quiet" }, `The first 500 of ${runs.length}.`)] : []),
    ]);
    this.#sections.put("Log", `${id} ${runs.length}`, () => {
      this.#showLog(new Set(node.runs));
      return [this.#logBox];
    });
  }

  #putArtifacts(belongs: (artifact: ArtifactView) => boolean): void {
    const own = [...this.#context.model.view.artifacts.values()].filter(belongs);
    const key = own.map((artifact) => `${artifact.key} ${artifact.time}`).join();
    this.#sections.put("Artifacts", own.length === 0 ? undefined : key, () =>
      own.map((artifact) =>
        h(
          "button",
          {
            class: "artifact-link",
            type: "button",
            on: { click: () => showArtifact(this.#context, artifact) },
          },
          icon(artifactIcon(artifact.kind)),
          h("span", {}, artifact.title),
          h("span", { class: "quiet" }, artifact.kind),
        ),
      ),
    );
  }

  #showLog(runs: ReadonlySet<string> | undefined): void {
    const key = runs === undefined ? "all" : [...runs].join("\n");
    if (key === this.#logRuns) return;
    this.#logRuns = key;
    this.#log.show(this.#context.model.logs, { level: "DEBUG", runs, text: "" });
  }

  #errorNodes(message: string, stack: string | undefined, source: SourceLocation | undefined): HTMLElement[] {
    const nodes: HTMLElement[] = [h("p", { class: "error-message" }, message)];
    if (source !== undefined) nodes.push(h("p", {}, this.#sourceLink(source)));
    const lines = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    if (lines.length > 0) {
      nodes.push(
        h(
          "pre",
          { class: "stack" },
          ...lines.flatMap((line, i) => [
            ...(i > 0 ? ["\n"] : []),
            ...findSources(line.trim()).map((part) =>
              part.source === undefined ? part.text : sourceLink(part.text, part.source, this.#open),
            ),
          ]),
        ),
      );
    }
    return nodes;
  }

  #upstreamKey(run: TaskRunView): string {
    return run.upstream
      .map(({ run: id }) => this.#context.model.view.taskRuns.get(id)?.result?.sha256)
      .join();
  }

  /** Each argument, and of those that come from other runs: whose result it is. */
  #argumentFacts(run: TaskRunView): HTMLElement {
    const list: [string, Node | string][] = run.arguments.map((text, i) => [
      `[${i}]`,
      h("code", {}, shorten(text, 300)),
    ]);
    for (const upstream of run.upstream) {
      const preview = this.#context.model.view.taskRuns.get(upstream.run)?.result?.preview;
      const from = h("span", {}, this.#nodeLink(upstream.run));
      if (preview !== undefined) from.append(h("span", { class: "quiet" }, ` ${shorten(preview, 80)}`));
      list.push([upstream.argument === undefined ? "after" : `${upstream.argument} from`, from]);
    }
    for (const id of run.resources) list.push(["resource", this.#nodeLink(id)]);
    return facts(list);
  }

  #nodeLink(id: string): HTMLElement {
    return h(
      "button",
      { class: "link", type: "button", on: { click: () => this.#context.select(id, true) } },
      nameOfRun(this.#context.model.view.resources.get(id)?.name ?? id),
    );
  }

  #sourceLink(source: SourceLocation): HTMLElement {
    const file = source.file.split(/[\\/]/).at(-1) ?? source.file;
    const link = sourceLink(`${file}:${source.line}:${source.column}`, source, this.#open);
    link.title = source.file;
    return link;
  }
}

function attemptTable(run: TaskRunView): HTMLElement {
  if (run.attempts.length === 0) return h("p", { class: "quiet" }, "It has not run yet.");
  return h(
    "table",
    { class: "small-table" },
    h(
      "thead",
      {},
      h("tr", {}, ...["#", "State", "Started", "Took", "Thread"].map((name) => h("th", {}, name))),
    ),
    h(
      "tbody",
      {},
      ...run.attempts.map((attempt) =>
        h(
          "tr",
          {},
          h("td", {}, String(attempt.attempt)),
          h(
            "td",
            {},
            h("span", { class: "with-icon" }, statusIcon(attempt.state.name), statusText(attempt.state.name)),
          ),
          h("td", {}, formatClock(attempt.started)),
          h("td", {}, attempt.ended === undefined ? "" : formatDuration(attempt.ended - attempt.started)),
          h("td", {}, attempt.thread === undefined ? "" : String(attempt.thread)),
        ),
      ),
    ),
  );
}

function waited(run: TaskRunView): string | undefined {
  const [first] = run.attempts;
  return first === undefined ? undefined : formatDuration(first.started - run.created);
}

function spentText(run: TaskRunView): string | undefined {
  const spent = timeSpent(run);
  if (spent === undefined) return undefined;
  const tries = run.attempts.length;
  return tries > 1
    ? `${formatDuration(spent)} in ${formatQuantity(tries, "attempt")}`
    : formatDuration(spent);
}
