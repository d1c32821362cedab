import { h } from "../elements/dom.ts";

/**
 * Collapsible sections, rebuilt only when what they show has changed: a key tells. Opened and closed ones stay so
 * from node to node.
 */
export class Sections {
  readonly element = h("div", { class: "sections" });
  readonly #kept = new Map<
    string,
    { readonly section: HTMLDetailsElement; readonly body: HTMLElement; key: string }
  >();
  readonly #folded = new Set<string>();
  #order: string[] = [];

  begin(): void {
    this.#order = [];
  }

  /** Shows a section if `key` isn't undefined. */
  put(title: string, key: string | undefined, build: () => readonly (Node | string)[]): void {
    if (key === undefined) return;
    this.#order.push(title);
    const kept = this.#kept.get(title);
    if (kept?.key === key) return;
    if (kept !== undefined) {
      kept.key = key;
      kept.body.replaceChildren(...build());
      return;
    }
    const body = h("div", { class: "section-body" });
    const section = h("details", { class: "section" }, h("summary", {}, h("h3", {}, title)), body);
    section.open = !this.#folded.has(title);
    section.addEventListener("toggle", () => {
      if (section.open) this.#folded.delete(title);
      else this.#folded.add(title);
    });
    this.#kept.set(title, { section, body, key });
    body.replaceChildren(...build());
  }

  end(): void {
    const wanted = this.#order.map((title) => this.#kept.get(title)?.section).filter((s) => s !== undefined);
    for (const title of this.#kept.keys()) if (!this.#order.includes(title)) this.#kept.delete(title);
    const shown = [...this.element.children];
    if (shown.length === wanted.length && shown.every((child, i) => child === wanted[i])) return;
    this.element.replaceChildren(...wanted);
  }
}

/** Names and values in two columns. */
export function facts(list: readonly (readonly [string, Node | string | undefined])[]): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    ...list.flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [h("dt", {}, name), h("dd", {}, value)],
    ),
  );
}
