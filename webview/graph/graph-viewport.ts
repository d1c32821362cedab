import { select, type ZoomBehavior, zoom, zoomIdentity, zoomTransform } from "d3";
import type { Box } from "./layout-request.ts";

export interface Zoom {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

export interface GraphViewportEvents {
  /** The picture has another size, or is shown for the first time. */
  resized(): void;
  /** The user moved or zoomed the picture. */
  zoomed(zoom: Zoom): void;
}

/** Free space around what is brought into view, in pixels. */
const margin = 28;
/** Below this scale text can't be read. */
const leastReadable = 0.5;

/** The part of a drawing that is in view: moved and zoomed by the user through d3's zoom, or to a box. */
export class GraphViewport {
  readonly #element: SVGSVGElement;
  readonly #zoom: ZoomBehavior<SVGSVGElement, unknown>;
  readonly #events: GraphViewportEvents;
  #size = { width: 0, height: 0 };

  /** @param world what is in the drawing, which is moved. */
  constructor(element: SVGSVGElement, world: SVGGElement, events: GraphViewportEvents) {
    this.#element = element;
    this.#events = events;
    this.#zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.02, 3])
      .extent(() => [
        [0, 0],
        [this.#size.width, this.#size.height],
      ])
      .filter((event: MouseEvent) => event.type === "wheel" || (event.button === 0 && !event.ctrlKey))
      .on("zoom", (event: { transform: Zoom; sourceEvent: unknown }) => {
        const { x, y, k } = event.transform;
        world.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
        element.classList.toggle("far", k < leastReadable);
        element.classList.toggle("very-far", k < 0.22);
        if (event.sourceEvent) events.zoomed({ x, y, k });
      });
    select(element).call(this.#zoom).on("dblclick.zoom", null);
    new ResizeObserver(([entry]) => {
      const { width, height } = entry?.contentRect ?? this.#size;
      this.#size = { width, height };
      events.resized();
    }).observe(element);
  }

  /** Kept from the last change of size: asking the page would make it lay out all that was just put in. */
  get size(): { readonly width: number; readonly height: number } {
    return this.#size;
  }

  get zoom(): Zoom {
    const { x, y, k } = zoomTransform(this.#element);
    return { x, y, k };
  }

  set zoom({ x, y, k }: Zoom) {
    select(this.#element).call(this.#zoom.transform, zoomIdentity.translate(x, y).scale(k));
  }

  zoomBy(factor: number): void {
    select(this.#element).call(this.#zoom.scaleBy, factor);
    this.#events.zoomed(this.zoom);
  }

  /** Puts a whole box in view, no larger than life; with `readable` only its beginning, if it would be too small. */
  fit(box: Box, animate: boolean, readable: boolean): void {
    if (!readable || this.#scaleFor(box) >= leastReadable) {
      this.#show(box, animate, 1);
      return;
    }
    const { width, height } = this.#size;
    const part = {
      ...box,
      width: Math.min(box.width, (width - 2 * margin) / leastReadable),
      height: Math.min(box.height, (height - 2 * margin) / leastReadable),
    };
    this.#show(part, animate, leastReadable);
  }

  /** Moves the picture so that the box is in it and can be made out, if it isn't. */
  reveal(box: Box, animate: boolean): void {
    const { width, height } = this.#size;
    const { x, y, k } = this.zoom;
    const left = box.x * k + x;
    const top = box.y * k + y;
    const inside =
      left >= 8 && top >= 8 && left + box.width * k <= width - 8 && top + box.height * k <= height - 8;
    if (inside && k >= 0.35) return;
    this.#show(box, animate, Math.max(Math.min(k, 1), 0.6));
  }

  #scaleFor(box: Box): number {
    const { width, height } = this.#size;
    return Math.min((width - 2 * margin) / box.width, (height - 2 * margin) / box.height);
  }

  #show(box: Box, animate: boolean, most: number): void {
    const { width, height } = this.#size;
    if (width === 0 || height === 0) return;
    const k = Math.min(most, this.#scaleFor(box));
    const x = (width - box.width * k) / 2 - box.x * k;
    const y = (height - box.height * k) / 2 - box.y * k;
    const target = zoomIdentity.translate(x, y).scale(k);
    const still = !animate || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still) select(this.#element).interrupt().call(this.#zoom.transform, target);
    else select(this.#element).transition().duration(250).call(this.#zoom.transform, target);
  }
}
