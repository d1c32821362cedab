import type { ResultContent } from "../../runtime/events/result-content.ts";
import type { TaskRunView } from "../../runtime/events/run-view.ts";
import { DataTable } from "../data/data-table.ts";
import { h } from "../elements/dom.ts";
import type { PageContext } from "../page/page-view.ts";

/** Where a table's rows are that aren't shown. */
function placeOf({ elsewhere, outside }: ResultContent["tables"][number]): HTMLElement[] {
  if (elsewhere === undefined) return [];
  const why = outside
    ? "outside of the run's folder: they are read in a trusted workspace"
    : "not read from there";
  return [h("p", { class: "quiet" }, `Its rows are in ${elsewhere}, ${why}.`)];
}

/** A task run's result: its preview at once, and what the host has of it as soon as that comes. */
export function resultNodes(context: PageContext, run: TaskRunView): HTMLElement[] {
  const preview = run.result?.preview ?? "";
  const box = h("div", { class: "result" }, h("pre", { class: "value" }, preview));
  if (run.result?.stored === "nothing") return [box];
  const ring = h("p", { class: "quiet" }, "Reading the result…");
  box.append(ring);
  context.answers.result(run).then(
    (content) => {
      ring.remove();
      const tables = content.tables.map((table) => {
        const label = table.path === "" ? run.name : `${run.name}${table.path}`;
        const element = new DataTable({ label, ...table }, context.host).element;
        element.classList.add("bounded");
        return [element, ...placeOf(table)];
      });
      const isTable = content.tables.length === 1 && content.tables[0]?.path === "";
      box.replaceChildren(...(isTable ? [] : [h("pre", { class: "value" }, content.text)]), ...tables.flat());
    },
    (error: unknown) => {
      ring.remove();
      const reason = error instanceof Error ? error.message : String(error);
      box.append(h("p", { class: "quiet" }, `It can't be shown: ${reason}`));
    },
  );
  return [box];
}
