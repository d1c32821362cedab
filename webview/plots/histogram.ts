import { max, scaleLinear } from "d3";
import type { HistogramArtifact } from "../../runtime/events/artifacts.ts";
import { s } from "../elements/dom.ts";
import { formatCount, formatNumber, formatQuantity } from "../format/values.ts";
import type { Host } from "../messages.ts";
import { drawAxes, plotMargin, resize } from "./axes.ts";
import { plotFrame } from "./plot-frame.ts";

export function histogramPlot(title: string, content: HistogramArtifact, host: Host): HTMLElement {
  const { edges, counts, label } = content;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const svg = s("svg", {
    class: "chart",
    role: "img",
    "aria-label": `${title}: histogram of ${label}, ${formatQuantity(total, "value")} in ${formatQuantity(counts.length, "bin")} from ${formatNumber(edges[0] ?? 0)} to ${formatNumber(edges.at(-1) ?? 0)}`,
  });
  const draw = (width: number, height: number) => {
    resize(svg, width, height);
    const x = scaleLinear([edges[0] ?? 0, edges.at(-1) ?? 1], [plotMargin.left, width - plotMargin.right]);
    const y = scaleLinear([0, max(counts) || 1], [height - plotMargin.bottom, plotMargin.top]).nice();
    svg.replaceChildren(
      drawAxes(x, y, { x: label, y: "Count" }),
      ...counts.map((count, i) => {
        const from = x(edges[i] ?? 0);
        const to = x(edges[i + 1] ?? 0);
        const bin = `${formatNumber(edges[i] ?? 0)} to ${formatNumber(edges[i + 1] ?? 0)}: ${formatCount(count)}`;
        return s(
          "rect",
          {
            class: "chart-bar",
            x: from + 0.5,
            width: Math.max(0.5, to - from - 1),
            y: y(count),
            height: y(0) - y(count),
          },
          s("title", {}, bin),
        );
      }),
    );
  };
  return plotFrame({ title, host, svg, draw });
}
