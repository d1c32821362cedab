import { h } from "../elements/dom.ts";
import type { Host } from "../messages.ts";
import { iconButton } from "../toolkit.ts";
import { savePicture } from "./save-picture.ts";

/** A drawing with its title and its tools. It is drawn anew when its size changes. */
export function plotFrame(options: {
  readonly title: string;
  readonly host: Host;
  readonly svg: SVGSVGElement;
  /** Draws for a width and height in pixels. */
  readonly draw: (width: number, height: number) => void;
}): HTMLElement {
  const { title, host, svg } = options;
  const save = (format: "svg" | "png") =>
    savePicture(host, svg, { name: title, format }).catch((error: unknown) => host.report(error));
  const area = h("div", { class: "plot-area" }, svg);
  new ResizeObserver(() => {
    const { clientWidth, clientHeight } = area;
    if (clientWidth > 0 && clientHeight > 0) options.draw(clientWidth, clientHeight);
  }).observe(area);
  return h(
    "section",
    { class: "plot", "aria-label": title },
    h(
      "div",
      { class: "plot-head" },
      h("h2", {}, title),
      h("span", { class: "spring" }),
      iconButton(`Save ${title} as SVG`, "save", () => save("svg")),
      iconButton(`Save ${title} as PNG`, "image", () => save("png")),
    ),
    area,
  );
}
