import type { ResourceStateName } from "../../runtime/events/run-event.ts";
import type { ResourceView } from "../../runtime/events/run-view.ts";
import { s, setAttribute, setText } from "../elements/dom.ts";
import { icon } from "../elements/icons.ts";
import { formatDuration, formatElapsed } from "../format/durations.ts";
import { type Box, bracketRoom } from "./layout-request.ts";
import type { VisibleBracket } from "./visible-graph.ts";

/** What a resource says of its state: for its name, at its set-up end, and at its teardown end. */
export function resourceTexts(
  resource: ResourceView | undefined,
  now: number,
): { readonly state: string; readonly setUp: string; readonly teardown: string } {
  if (resource === undefined) return { state: "Planned", setUp: "set-up", teardown: "teardown" };
  const { created, opened, closed } = resource;
  const took = opened === undefined ? "" : ` in ${formatDuration(opened - created)}`;
  switch (resource.state) {
    case "SettingUp":
      return {
        state: "Setting up",
        setUp: `setting up · ${formatElapsed(now - created)}`,
        teardown: "teardown",
      };
    case "Open":
      return { state: "Open", setUp: `set up${took}`, teardown: "teardown" };
    case "TearingDown":
      return { state: "Tearing down", setUp: `set up${took}`, teardown: "tearing down" };
    case "Closed":
      return { state: "Closed", setUp: `set up${took}`, teardown: "torn down" };
    case "Failed":
      return opened === undefined
        ? { state: "Failed", setUp: "set-up failed", teardown: "not needed" }
        : {
            state: "Failed",
            setUp: `set up${took}`,
            teardown: closed === undefined ? "teardown" : "teardown failed",
          };
  }
}

/** Two square brackets around what a resource holds: set-up stands at the first, teardown at the second. */
export class BracketShape {
  readonly element: SVGGElement;
  readonly #opening = s("path", { class: "bracket-line bracket-opening" });
  readonly #closing = s("path", { class: "bracket-line bracket-closing" });
  readonly #field = s("rect", { class: "bracket-field" });
  readonly #label = s("text", { class: "bracket-label" });
  readonly #setUp = s("tspan", { class: "bracket-state", dx: 8 });
  readonly #name = s("tspan", {});
  readonly #teardown = s("text", { class: "bracket-state", "text-anchor": "end" });
  readonly #sign = icon("database");
  #state: ResourceStateName | "Planned" | undefined;

  constructor(bracket: VisibleBracket) {
    setText(this.#name, bracket.label);
    this.#label.append(this.#name, this.#setUp);
    this.element = s(
      "g",
      { class: "bracket", role: "treeitem", tabindex: -1, "aria-level": 1, "data-id": bracket.id },
      this.#field,
      this.#opening,
      this.#closing,
      this.#sign,
      this.#label,
      this.#teardown,
    );
  }

  setBox(box: Box): void {
    const { x, y, width, height } = box;
    const tick = 10;
    setAttribute(this.#opening, "d", `M${x + tick} ${y}H${x}V${y + height}H${x + tick}`);
    setAttribute(
      this.#closing,
      "d",
      `M${x + width - tick} ${y}H${x + width}V${y + height}H${x + width - tick}`,
    );
    for (const [name, value] of Object.entries({ x, y, width, height })) {
      setAttribute(this.#field, name, String(value));
    }
    setAttribute(this.#sign, "x", String(x + 12));
    setAttribute(this.#sign, "y", String(y + 7));
    setAttribute(this.#label, "x", String(x + 34));
    setAttribute(this.#label, "y", String(y + 19));
    setAttribute(this.#teardown, "x", String(x + width - 12));
    setAttribute(this.#teardown, "y", String(y + height - 9));
  }

  setResource(label: string, resource: ResourceView | undefined, now: number): void {
    const texts = resourceTexts(resource, now);
    setText(this.#setUp, texts.setUp);
    setText(this.#teardown, texts.teardown);
    const state = resource?.state ?? "Planned";
    if (state === this.#state) return;
    this.#state = state;
    this.element.dataset.state = state;
    setAttribute(this.element, "aria-label", `${label}, ${texts.state}`);
  }
}

/** Brackets of one node stand around each other: the first is the innermost. */
export function bracketBox(held: Box, depth: number): Box {
  const side = 22 + depth * 16;
  const top = 6 + (depth + 1) * bracketRoom;
  return {
    x: held.x - side,
    y: held.y - top,
    width: held.width + 2 * side,
    height: held.height + top + 28 + depth * 12,
  };
}
