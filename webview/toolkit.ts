/// <reference lib="dom" />
import {
  type Button,
  type Dropdown,
  provideVSCodeDesignSystem,
  type TextField,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { type Attributes, type Child, fill } from "./elements/dom.ts";
import { type IconName, icon } from "./elements/icons.ts";

/**
 * All that the page uses of the webview UI toolkit, which is no longer developed: whatever takes its place one day
 * takes it here.
 */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
    vsCodeTextField(),
  );
}

export function button(
  label: string,
  onClick: () => void,
  options: { readonly icon?: IconName; readonly primary?: boolean } = {},
): Button {
  const element = custom<Button>("vscode-button", {
    appearance: options.primary ? "primary" : "secondary",
    on: { click: onClick },
  });
  if (options.icon !== undefined) {
    const sign = icon(options.icon);
    sign.setAttribute("slot", "start");
    element.append(sign);
  }
  element.append(label);
  return element;
}

/** A button that is an icon only: its label is its name and its tooltip. */
export function iconButton(label: string, name: IconName, onClick: () => void): Button {
  return custom<Button>(
    "vscode-button",
    { appearance: "icon", "aria-label": label, title: label, on: { click: onClick } },
    icon(name),
  );
}

/** Shows an icon button as pressed or not, for switches. */
export function setPressed(element: HTMLElement, pressed: boolean): void {
  element.setAttribute("aria-pressed", String(pressed));
  element.classList.toggle("pressed", pressed);
}

export function textField(label: string, placeholder: string, onInput: (text: string) => void): TextField {
  const field = custom<TextField>("vscode-text-field", {
    "aria-label": label,
    placeholder,
    on: { input: () => onInput(field.value) },
  });
  const sign = icon("search");
  sign.setAttribute("slot", "start");
  field.append(sign);
  // When it comes into the page the toolkit names it "Text field", whatever it was named before.
  new MutationObserver(() => {
    if (field.getAttribute("aria-label") !== label) field.setAttribute("aria-label", label);
  }).observe(field, { attributes: true, attributeFilter: ["aria-label"] });
  return field;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A list that drops down, with its choices replaceable. */
export class Choose {
  readonly element: Dropdown;
  #choices = "";

  constructor(label: string, onChoose: (value: string) => void) {
    this.element = custom<Dropdown>("vscode-dropdown", {
      "aria-label": label,
      on: { change: () => onChoose(this.element.value) },
    });
  }

  set(choices: readonly Choice[], value: string): void {
    const key = JSON.stringify(choices);
    if (key !== this.#choices) {
      this.#choices = key;
      this.element.replaceChildren(
        ...choices.map((choice) => custom("vscode-option", { value: choice.value }, choice.label)),
      );
    }
    // The element knows its options only after it was drawn.
    queueMicrotask(() => {
      // Being set, even to the same, it scrolls to its option, and for that the page is laid out at once.
      if (this.element.value !== value) this.element.value = value;
    });
  }
}

export interface TabPanel {
  readonly id: string;
  readonly label: string;
  readonly content: HTMLElement;
}

/** Tabs with their panels. `choose` shows one; choosing by hand calls back. */
export function tabPanels(
  label: string,
  panels: readonly TabPanel[],
  onChoose: (id: string) => void,
): { readonly element: HTMLElement; choose(id: string): void; label(id: string, text: string): void } {
  const heads = panels.map((panel) => custom("vscode-panel-tab", { id: `tab-${panel.id}` }, panel.label));
  const views = panels.map((panel) => custom("vscode-panel-view", { id: `view-${panel.id}` }, panel.content));
  const element = custom<HTMLElement & { activeid: string }>(
    "vscode-panels",
    {
      "aria-label": label,
      activeid: `tab-${panels[0]?.id}`,
      on: {
        change: (event: Event) => {
          if (event.target === element) onChoose(element.activeid.replace(/^tab-/, ""));
        },
      },
    },
    ...heads,
    ...views,
  );
  return {
    element,
    choose: (id) => {
      if (element.activeid !== `tab-${id}`) element.activeid = `tab-${id}`;
    },
    label: (id, text) => {
      const head = heads[panels.findIndex((panel) => panel.id === id)];
      if (head !== undefined && head.textContent !== text) head.textContent = text;
    },
  };
}

/** Elements of the toolkit are custom ones: their type is what the toolkit says it is for that tag. */
function custom<E extends HTMLElement>(
  tag: string,
  attributes: Attributes,
  ...children: readonly Child[]
): E {
  return fill(document.createElement(tag), attributes, children) as unknown as E;
}
