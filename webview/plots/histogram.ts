import { max, scaleLinear } from "d3";
import { binsOf, type HistogramArtifact } from "../../runtime/events/artifacts.ts";
import { s } from "../elements/dom.ts";
import { formatCount, formatNumber, formatQuantity } from "../format/values.ts";
import type { Host } from "../messages.ts";
import { drawAxes, plotMargin, resize } from "./axes.ts";
import { plotFrame } from "./plot-frame.ts";

export function histogramPlot(title: string, content: HistogramArtifact, host: Host): HTMLElement {
  const { counts, label } = content;
  const bins = binsOf(content);
  const [low, high] = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1]; // without a bin: any scale
  const total = counts.reduce((sum, count) => sum + count, 0);
  const svg = s("svg", {
    class: "chart",
    role: "img",
    "aria-label": `${title}: histogram of ${label}, ${formatQuantity(total, "value")} in ${formatQuantity(counts.length, "bin")} from ${formatNumber(low)} to ${formatNumber(high)}`,
  });
  const draw = (width: number, height: number) => {
    resize(svg, width, height);
    const x = scaleLinear([low, high], [plotMargin.left, width - plotMargin.right]);
    const y = scaleLinear([0, max(counts) || 1], [height - plotMargin.bottom, plotMargin.top]).nice();
    svg.replaceChildren(
      drawAxes(x, y, { x: label, y: "Count" }),
      ...bins.map(({ from, to, count }) => {
        const left = x(from);
        const bin = `${formatNumber(from)} to ${formatNumber(to)}: ${formatCount(count)}`;
        return s(
          "rect",
          {
            class: "chart-bar",
            x: left + 0.5,
            width: Math.max(0.5, x(to) - left - 1),
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
