/// <reference lib="dom" />
import type { Host } from "../messages.ts";
import { toBase64 } from "./base64.ts";

const kept = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
] as const;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A drawing as a file of its own, in the colours of the theme that it is shown in. */
function pictureOf(svg: SVGSVGElement, area: Area): string {
  const copy = svg.cloneNode(true) as SVGSVGElement; // a clone is of the same kind
  const pairs: [Element, Element][] = [[svg, copy]];
  for (const [shown, copied] of pairs) {
    const style = getComputedStyle(shown);
    if (style.display === "none" || style.visibility === "hidden") {
      copied.remove();
      continue;
    }
    for (const name of kept) {
      const value = style.getPropertyValue(name);
      if (value !== "" && value !== "none" && value !== "normal") copied.setAttribute(name, value);
      if (name === "fill" && value === "none") copied.setAttribute(name, value);
    }
    for (const name of ["class", "tabindex", "role", "data-id"]) copied.removeAttribute(name);
    for (const [i, child] of [...shown.children].entries()) {
      const other = copied.children[i];
      if (other !== undefined) pairs.push([child, other]);
    }
  }
  copy.setAttribute("viewBox", `${area.x} ${area.y} ${area.width} ${area.height}`);
  copy.setAttribute("width", String(Math.ceil(area.width)));
  copy.setAttribute("height", String(Math.ceil(area.height)));
  const ground = document.createElementNS(svg.namespaceURI, "rect");
  for (const name of ["x", "y", "width", "height"] as const) ground.setAttribute(name, String(area[name]));
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

/** Hands a drawing to the host as SVG or PNG, the latter at twice its size. */
export async function savePicture(
  host: Host,
  svg: SVGSVGElement,
  options: { readonly name: string; readonly format: "svg" | "png"; readonly area?: Area },
): Promise<void> {
  const area = options.area ?? { x: 0, y: 0, width: svg.clientWidth, height: svg.clientHeight };
  const text = pictureOf(svg, area);
  const base64 = options.format === "svg" ? toBase64(text) : await drawPng(text, area);
  host.act({ kind: "save", suggestedName: `${options.name}.${options.format}`, base64 });
}

async function drawPng(svg: string, area: Area): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;base64,${toBase64(svg)}`;
  await image.decode();
  const scale = Math.min(2, 8000 / Math.max(area.width, area.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(area.width * scale);
  canvas.height = Math.ceil(area.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png").replace(/^data:[^,]*,/, "");
}
