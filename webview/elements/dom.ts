/// <reference lib="dom" />
import { namespaces } from "d3";

export type Child = Node | string | undefined | false;

/** Attributes by their names; `on` holds listeners. False and undefined leave an attribute out. */
export interface Attributes {
  readonly on?: { readonly [type: string]: (event: never) => void };
  readonly [name: string]: string | number | boolean | undefined | Attributes["on"];
}

/** Makes an HTML element. Text is always text: nothing is parsed as markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children);
}

/** Makes an SVG element. */
export function s<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

const svgNamespace = namespaces.svg as "http://www.w3.org/2000/svg"; // d3 types its table as plain strings

export function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") continue;
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [type, listener] of Object.entries(attributes.on ?? {})) {
    // Each listener is declared with the event of the type that it is for.
    element.addEventListener(type, listener as (event: Event) => void);
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Sets an attribute if that changes it: a write, even of the same value, costs a style pass. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Sets an element's text if that changes it. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
