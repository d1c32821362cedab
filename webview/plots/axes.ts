import { format, type ScaleContinuousNumeric } from "d3";
import { s } from "../elements/dom.ts";

export const plotMargin = { top: 12, right: 16, bottom: 40, left: 52 };

type Scale = ScaleContinuousNumeric<number, number>;

/** Grid lines, numbers and titles of two axes. */
export function drawAxes(
  x: Scale,
  y: Scale,
  titles: { readonly x: string; readonly y: string },
): SVGGElement {
  const [left = 0, right = 0] = x.range();
  const [bottom = 0, top = 0] = y.range();
  const across = x.ticks(Math.max(2, Math.floor((right - left) / 70)));
  const up = y.ticks(Math.max(2, Math.floor((bottom - top) / 45)));
  const text = format("~g");
  return s(
    "g",
    { class: "axes", "aria-hidden": "true" },
    ...across.flatMap((tick) => [
      s("line", { class: "grid-line", x1: x(tick), x2: x(tick), y1: top, y2: bottom }),
      s("text", { class: "axis-text", x: x(tick), y: bottom + 16, "text-anchor": "middle" }, text(tick)),
    ]),
    ...up.flatMap((tick) => [
      s("line", { class: "grid-line", x1: left, x2: right, y1: y(tick), y2: y(tick) }),
      s("text", { class: "axis-text", x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, text(tick)),
    ]),
    s(
      "text",
      { class: "axis-title", x: (left + right) / 2, y: bottom + 34, "text-anchor": "middle" },
      titles.x,
    ),
    s(
      "text",
      {
        class: "axis-title",
        transform: `translate(${left - 38} ${(top + bottom) / 2}) rotate(-90)`,
        "text-anchor": "middle",
      },
      titles.y,
    ),
  );
}

export function resize(svg: SVGSVGElement, width: number, height: number): void {
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
}
