import type { ComparisonArtifact } from "../../runtime/events/artifacts.ts";
import { h } from "../elements/dom.ts";
import type { Host } from "../messages.ts";
import { ScatterPlot } from "../plots/scatter.ts";
import { DumbbellList } from "./dumbbell-list.ts";

/** A comparison twice: as a scatter with diagonal and as dumbbells. What is chosen in one is chosen in both. */
export function comparisonPlots(title: string, content: ComparisonArtifact, host: Host): HTMLElement {
  const choose = (index: number) => {
    scatter.select(index);
    list.select(index);
  };
  const scatter = new ScatterPlot(
    {
      title,
      x: content.left,
      y: content.right,
      points: content.points.map(({ label, detail, left, right }) => ({ label, detail, x: left, y: right })),
      scale: content.scale,
      onChoose: choose,
    },
    host,
  );
  const list = new DumbbellList(title, content, choose);
  return h("div", { class: "comparison" }, scatter.element, list.element);
}
