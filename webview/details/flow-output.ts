import { rootFlowRun } from "../../runtime/events/run-ids.ts";
import type { FlowRunView } from "../../runtime/events/run-view.ts";
import { h } from "../elements/dom.ts";
import { formatClock } from "../format/durations.ts";
import { formatValue } from "../format/values.ts";
import { countStatuses } from "../graph/captions.ts";
import { statusText } from "../state/status.ts";
import { statusIcon } from "../state/status-icon.ts";
import { button } from "../toolkit.ts";
import type { Output } from "./output.ts";
import { facts } from "./sections.ts";

/** A flow run, the run's own or a subflow's. @param flow undefined before it runs. */
export function writeFlow(output: Output, id: string, flow: FlowRunView | undefined): void {
  const { sections } = output;
  const { model, host } = output.context;
  const { header, view } = model;
  const root = id === rootFlowRun;
  output.setActions(`flow ${id} ${header?.file}`, () =>
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
  output.putOutcome(id, flow?.error, flow?.state.message);
  if (root) {
    const parameters = Object.entries(header?.parameters ?? {});
    sections.put("Parameters", `${header?.id} ${parameters.length}`, () =>
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
  sections.put("Task runs", runs.length === 0 ? undefined : `${id} ${summary}`, () => [
    h(
      "ul",
      { class: "counts" },
      ...[...counts].map(([status, count]) =>
        h("li", {}, statusIcon(status), `${count} ${statusText(status).toLowerCase()}`),
      ),
    ),
  ]);
  sections.put("Result", flow?.result === undefined ? undefined : `${id} ${flow.result.sha256}`, () => [
    h("pre", { class: "value" }, flow?.result?.preview ?? ""),
  ]);
  output.putArtifacts((artifact) => artifact.taskRun === undefined && artifact.flowRun === id);
  if (flow !== undefined) output.putLog(root ? undefined : new Set([id, ...runs.map((run) => run.id)]));
  sections.put("Run", `${header?.id} ${id} ${flow?.ended}`, () => [
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
