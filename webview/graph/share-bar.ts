import { s, setAttribute } from "../elements/dom.ts";
import type { Shares } from "./captions.ts";

const parts = ["done", "failed", "running"] as const;

/** A bar that tells which share of a whole is done, failed and running. */
export class ShareBar {
  static readonly height = 3;
  readonly element = s("g", { class: "node-bar" });
  readonly #all = s("rect", { class: "node-bar-all", height: ShareBar.height });
  readonly #segments = parts.map((part) => ({
    part,
    rect: s("rect", { class: `node-bar-${part}`, height: ShareBar.height }),
  }));

  constructor() {
    this.element.append(this.#all, ...this.#segments.map(({ rect }) => rect));
  }

  show(shares: Shares, width: number): void {
    setAttribute(this.#all, "width", String(width));
    let at = 0;
    for (const { part, rect } of this.#segments) {
      setAttribute(rect, "x", String(at * width));
      setAttribute(rect, "width", String(shares[part] * width));
      at += shares[part];
    }
  }
}
