import { h } from "../elements/dom.ts";
import { type ChoiceStore, clampSize } from "../state/choices.ts";

/** The bar between two panes; dragged, or moved by arrow keys. Beside each other or, in a narrow panel, stacked. */
export function splitter(choices: ChoiceStore, area: HTMLElement): HTMLElement {
  const element = h("div", {
    class: "splitter",
    role: "separator",
    tabindex: 0,
    "aria-label": "Size of the output",
    "aria-valuemin": 20,
    "aria-valuemax": 75,
  });
  const show = () => {
    const size = choices.now.detailsSize;
    area.style.setProperty("--details-size", `${size}%`);
    element.setAttribute("aria-valuenow", String(Math.round(size)));
  };
  const stacked = () => getComputedStyle(area).flexDirection === "column";
  element.addEventListener("pointerdown", (down) => {
    element.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => {
      const box = area.getBoundingClientRect();
      const share = stacked()
        ? (box.bottom - event.clientY) / box.height
        : (box.right - event.clientX) / box.width;
      choices.set({ detailsSize: clampSize(100 * share) });
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", move), {
      once: true,
    });
  });
  element.addEventListener("keydown", (event) => {
    const grow = event.key === "ArrowLeft" || event.key === "ArrowUp";
    if (!grow && event.key !== "ArrowRight" && event.key !== "ArrowDown") return;
    choices.set({ detailsSize: clampSize(choices.now.detailsSize + (grow ? 4 : -4)) });
    event.preventDefault();
  });
  choices.onChange(show);
  show();
  return element;
}
