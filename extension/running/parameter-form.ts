import * as vscode from "vscode";
import type { InspectedFlow } from "../../runtime/events/inspected-flow.ts";
import type { ParameterField } from "../../runtime/events/parameter-field.ts";
import { askForText, type PickItem, pickOne, shownQuickPick } from "../shown/questions.ts";
import { fieldHint, missing, readValue, valueText } from "./parameter-text.ts";
import type { ParameterValues } from "./parameter-values.ts";

type Item = PickItem &
  (
    | { readonly does: "run" }
    | { readonly does: "defaults" }
    | { readonly does: "edit"; readonly field: ParameterField }
    | { readonly does: "nothing" }
  );

/**
 * Asks what to run a flow with: a list with a line for each parameter, on which Enter edits it, and "Run"
 * above them, which Enter picks at once.
 * @param given values besides the defaults, such as the last ones.
 * @returns what to give besides the defaults, or undefined when the form is dismissed.
 */
export async function askParameters(
  flow: InspectedFlow,
  given: ParameterValues,
  verb: "Run" | "Debug",
): Promise<ParameterValues | undefined> {
  let values: Record<string, unknown> = { ...given };
  let edited: string | undefined;
  for (;;) {
    const picked = await pick(flow, values, verb, edited);
    switch (picked?.does) {
      case undefined:
        return undefined;
      case "run": {
        const [first] = missing(flow.parameters, values);
        if (first === undefined) return values;
        edited = first;
        const field = flow.parameters.find(({ name }) => name === first);
        if (field !== undefined) values = withValue(values, field, await askValue(field, values[first]));
        break;
      }
      case "defaults":
        values = {};
        edited = undefined;
        if (missing(flow.parameters, values).length === 0) return values;
        break;
      case "edit":
        edited = picked.field.name;
        values = withValue(values, picked.field, await askValue(picked.field, values[edited]));
        break;
      case "nothing":
        break;
    }
  }
}

function withValue(
  values: Record<string, unknown>,
  field: ParameterField,
  answer: { readonly value: unknown } | undefined,
): Record<string, unknown> {
  if (answer === undefined) return values;
  const { [field.name]: _, ...others } = values;
  const isDefault = valueText(field, answer.value) === valueText(field, field.default);
  return answer.value === undefined || isDefault ? others : { ...others, [field.name]: answer.value };
}

function pick(
  flow: InspectedFlow,
  values: ParameterValues,
  verb: string,
  edited: string | undefined,
): Promise<Item | undefined> {
  const changed = Object.keys(values).length > 0;
  const lacking = missing(flow.parameters, values);
  const items: Item[] = [
    {
      does: "run",
      icon: verb === "Run" ? "play" : "debug-alt",
      label: verb,
      description:
        lacking.length > 0
          ? `needs ${lacking.join(", ")}`
          : changed
            ? "with the values below"
            : "with the defaults",
      alwaysShow: true,
    },
    ...(changed
      ? [{ does: "defaults", icon: "discard", label: `${verb} with defaults`, alwaysShow: true } as const]
      : []),
    { does: "nothing", label: "Parameters", kind: vscode.QuickPickItemKind.Separator },
    ...flow.parameters.map((field) => parameterItem(field, values)),
  ];
  return new Promise((resolve) => {
    const quickPick = shownQuickPick(items, {
      title: `${verb} ${flow.flow}`,
      placeHolder: "Enter runs with the values shown; choose a parameter to change it",
    });
    quickPick.matchOnDetail = true;
    const active = edited === undefined ? undefined : quickPick.items[0];
    if (active !== undefined) quickPick.activeItems = [active];
    quickPick.ignoreFocusOut = true;
    quickPick.onDidAccept(() => {
      resolve(quickPick.activeItems[0]?.of);
      quickPick.dispose();
    });
    quickPick.onDidHide(() => {
      resolve(undefined);
      quickPick.dispose();
    });
    quickPick.show();
  });
}

function parameterItem(field: ParameterField, values: ParameterValues): Item {
  const given = values[field.name];
  const value = valueText(field, given ?? field.default);
  const text = field.secret && value !== "" ? "••••••" : value;
  const detail = [field.description, fieldHint(field)].filter((part) => part !== undefined).join(" · ");
  return {
    does: "edit",
    field,
    icon: "edit",
    label: field.name,
    description:
      text === ""
        ? field.required
          ? "(required)"
          : "(none)"
        : given === undefined
          ? text
          : `${text} (changed)`,
    detail,
  };
}

/** @returns the new value, undefined in it for the default; undefined when the question is dismissed. */
export function askValue(
  field: ParameterField,
  value: unknown,
): Promise<{ readonly value: unknown } | undefined> {
  const choices = field.choices ?? (field.type === "boolean" ? [true, false] : undefined);
  return choices === undefined ? askText(field, value) : askChoice(field, choices, value);
}

async function askChoice(
  field: ParameterField,
  choices: readonly (string | number | boolean)[],
  value: unknown,
): Promise<{ readonly value: unknown } | undefined> {
  const now = value ?? field.default;
  const items = choices.map((choice) => ({
    label: String(choice),
    description: [choice === now ? "now" : undefined, choice === field.default ? "default" : undefined]
      .filter((part) => part !== undefined)
      .join(", "),
    choice,
  }));
  // The present value first, so that Enter changes nothing.
  items.sort((a, b) => Number(b.choice === now) - Number(a.choice === now));
  const picked = await pickOne(items, {
    title: field.name,
    placeHolder: field.description ?? fieldHint(field),
    ignoreFocusOut: true,
  });
  return picked === undefined ? undefined : { value: picked.choice };
}

async function askText(
  field: ParameterField,
  value: unknown,
): Promise<{ readonly value: unknown } | undefined> {
  const text = await askForText({
    title: field.name,
    password: field.secret,
    value: valueText(field, value ?? field.default),
    prompt: [field.description, fieldHint(field)].filter((part) => part !== undefined).join(" · "),
    ignoreFocusOut: true,
    problem: (typed) => {
      const read = readValue(field, typed);
      return "problem" in read ? read.problem : undefined;
    },
  });
  if (text === undefined) return undefined;
  const read = readValue(field, text);
  return "value" in read ? read : undefined;
}
