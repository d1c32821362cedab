import type { ResourceView } from "../../runtime/events/run-view.ts";
import { h } from "../elements/dom.ts";
import { formatClock, formatDuration } from "../format/durations.ts";
import type { Output } from "./output.ts";
import { facts } from "./sections.ts";

/** A resource: how long it was open, and for whom. */
export function writeResource(output: Output, resource: ResourceView): void {
  const { sections } = output;
  output.setActions(`resource ${resource.id}`, () => []);
  output.putOutcome(resource.id, resource.error, undefined);
  const holders = [...output.context.model.view.taskRuns.values()].filter((run) =>
    run.resources.includes(resource.id),
  );
  sections.put("Resource", `${resource.id} ${resource.state}`, () => [
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
  sections.put("Used by", `${resource.id} ${holders.length}`, () => [
    h("ul", { class: "links" }, ...holders.map((run) => h("li", {}, output.nodeLink(run.id)))),
  ]);
}
