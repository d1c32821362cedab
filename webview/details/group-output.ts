import { h } from "../elements/dom.ts";
import { statusOfRun } from "../graph/run-items.ts";
import type { VisibleNode } from "../graph/visible-graph.ts";
import { statusText } from "../state/status.ts";
import { statusIcon } from "../state/status-icon.ts";
import type { Output } from "./output.ts";

/** A group of runs, or what is only planned. @param node undefined while the graph hasn't got it. */
export function writeGroup(output: Output, id: string, node: VisibleNode | undefined): void {
  const { sections } = output;
  const { view } = output.context.model;
  output.setActions(`other ${id}`, () => []);
  if (node === undefined || node.kind === "task") {
    sections.put("State", id, () => [h("p", { class: "quiet" }, "It has not run yet.")]);
    return;
  }
  const runs = node.runs.map((run) => [run, statusOfRun(view, run)] as const);
  sections.put("Task runs", `${id} ${runs.map(([, status]) => status).join()}`, () => [
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
            output.nodeLink(run),
            h("span", { class: "quiet" }, statusText(status)),
          ),
        ),
    ),
    ...(runs.length > 500 ? [h("p", { class: "quiet" }, `The first 500 of ${runs.length}.`)] : []),
  ]);
  output.putLog(new Set(node.runs));
}
