import {
  type ArtifactContent,
  type CheckArtifact,
  checkOutcome,
  checkStatus,
} from "../../runtime/events/artifacts.ts";
import type { ArtifactView } from "../../runtime/events/run-view.ts";
import { comparisonPlots } from "../comparison/comparison-plots.ts";
import { DataTable } from "../data/data-table.ts";
import { h } from "../elements/dom.ts";
import type { PageContext } from "../page/page-view.ts";
import { histogramPlot } from "../plots/histogram.ts";
import { ScatterPlot } from "../plots/scatter.ts";
import { renderMarkdown } from "./markdown.ts";

/** An artifact as its kind is shown. It comes from the host; until then, and if it can't be read, that is said. */
export function artifactElement(context: PageContext, artifact: ArtifactView): HTMLElement {
  const box = h(
    "div",
    { class: `artifact artifact-${artifact.kind}` },
    h("p", { class: "empty" }, "Reading…"),
  );
  context.answers.artifact(artifact).then(
    (content) => box.replaceChildren(contentElement(context, artifact.title, content)),
    (error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      box.replaceChildren(h("p", { class: "empty" }, `'${artifact.title}' can't be shown: ${reason}`));
    },
  );
  return box;
}

function contentElement(context: PageContext, title: string, content: ArtifactContent): HTMLElement {
  const { host } = context;
  switch (content.kind) {
    case "table":
      return new DataTable(
        {
          label: title,
          columns: content.columns,
          rows: content.rows,
          total: content.total ?? content.rows.length,
        },
        host,
      ).element;
    case "histogram":
      return histogramPlot(title, content, host);
    case "scatter": {
      const points = content.points.map(({ label, x, y }) => ({
        label: label ?? "",
        detail: undefined,
        x,
        y,
      }));
      const plot = new ScatterPlot(
        {
          title,
          x: content.x,
          y: content.y,
          points,
          scale: undefined,
          onChoose: (index) => plot.select(index),
        },
        host,
      );
      return plot.element;
    }
    case "comparison":
      return comparisonPlots(title, content, host);
    case "markdown":
      return h("div", { class: "markdown" }, renderMarkdown(content.text));
    case "image":
      return h("img", {
        class: "artifact-image",
        src: `data:${content.mediaType};base64,${content.base64}`,
        alt: content.alt,
      });
    case "check":
      return checkElement(context, title, content);
  }
}

function checkElement({ host }: PageContext, title: string, check: CheckArtifact): HTMLElement {
  const { columns, rows, violations } = check;
  const status = checkStatus(check);
  const outcome = h(
    "p",
    { class: `check-outcome check-${status.toLowerCase()}` },
    `${status}: ${checkOutcome(check)}`,
  );
  if (rows.length === 0) return outcome;
  const label = `What violates '${title}'`;
  return h(
    "div",
    {},
    outcome,
    new DataTable({ label, columns, rows, total: violations ?? rows.length }, host).element,
  );
}
