import type { LogLevel } from "../../runtime/events/run-event.ts";
import type { Tab } from "../contract.ts";

const tabs: readonly Tab[] = ["graph", "timeline", "logs", "data", "comparison", "artifacts"];
const shows = ["all", "upstream", "downstream", "both"] as const;
const levels: readonly LogLevel[] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/**
 * What the user chose, kept with the editor's setState and back after a reload. Never anything of the run
 * itself: that comes from its folder.
 */
export interface Choices {
  /** The run that the choices below the line are about. */
  readonly run: string | undefined;
  readonly tab: Tab;
  /** `auto` takes what makes better use of the room. */
  readonly direction: "auto" | "right" | "down";
  readonly follow: boolean;
  /** Large graphs start with like tasks grouped and subflows closed. */
  readonly grouped: boolean;
  /** The details' share of the width (or height), percent. */
  readonly detailsSize: number;
  readonly timelineBy: "task" | "thread";
  // Of one run:
  /** A task run, a flow run, a resource or a group; undefined when nothing is. */
  readonly selected: string | undefined;
  readonly show: (typeof shows)[number];
  /** Groups and subflows that were opened or closed by hand. */
  readonly opened: readonly string[];
  readonly closed: readonly string[];
  readonly zoom: { readonly x: number; readonly y: number; readonly k: number } | undefined;
  readonly logLevel: LogLevel;
  readonly logTask: string | undefined;
  readonly logText: string;
  /** The artifact shown in each of the tabs that show one at a time. */
  readonly dataArtifact: string | undefined;
  readonly comparisonArtifact: string | undefined;
  readonly artifact: string | undefined;
}

const fresh: Choices = {
  run: undefined,
  tab: "graph",
  direction: "auto",
  follow: false,
  grouped: true,
  detailsSize: 38,
  timelineBy: "task",
  selected: undefined,
  show: "all",
  opened: [],
  closed: [],
  zoom: undefined,
  logLevel: "DEBUG",
  logTask: undefined,
  logText: "",
  dataArtifact: undefined,
  comparisonArtifact: undefined,
  artifact: undefined,
};

/** Reads choices as an earlier version of the page may have left them: what doesn't fit is left out. */
export function readChoices(saved: unknown): Choices {
  if (typeof saved !== "object" || saved === null) return fresh;
  const of = saved as { readonly [name: string]: unknown }; // any object can be read by names
  const text = (name: string) => (typeof of[name] === "string" ? of[name] : undefined);
  const list = (name: string) => {
    const value = of[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  };
  const one = <T>(name: string, values: readonly T[], otherwise: T) =>
    values.find((value) => value === of[name]) ?? otherwise;
  return {
    run: text("run"),
    tab: one("tab", tabs, fresh.tab),
    direction: one("direction", ["auto", "right", "down"] as const, fresh.direction),
    follow: of.follow === true,
    grouped: of.grouped !== false,
    detailsSize: typeof of.detailsSize === "number" ? clampSize(of.detailsSize) : fresh.detailsSize,
    timelineBy: one("timelineBy", ["task", "thread"] as const, fresh.timelineBy),
    selected: text("selected"),
    show: one("show", shows, fresh.show),
    opened: list("opened"),
    closed: list("closed"),
    zoom: readZoom(of.zoom),
    logLevel: one("logLevel", levels, fresh.logLevel),
    logTask: text("logTask"),
    logText: text("logText") ?? "",
    dataArtifact: text("dataArtifact"),
    comparisonArtifact: text("comparisonArtifact"),
    artifact: text("artifact"),
  };
}

export function clampSize(percent: number): number {
  return Math.min(75, Math.max(20, percent));
}

function readZoom(saved: unknown): Choices["zoom"] {
  if (typeof saved !== "object" || saved === null) return undefined;
  const { x, y, k } = saved as { readonly x?: unknown; readonly y?: unknown; readonly k?: unknown }; // as above
  const fine = [x, y, k].every((value) => typeof value === "number" && Number.isFinite(value));
  return fine ? { x: Number(x), y: Number(y), k: Number(k) } : undefined;
}

/** The choices for a run: those about another run are dropped. A preview becomes its run: that keeps them. */
export function choicesForRun(choices: Choices, run: string | undefined): Choices {
  if (choices.run === run || choices.run === undefined) return { ...choices, run };
  const { tab, direction, follow, grouped, detailsSize, timelineBy } = choices;
  return { ...fresh, run, tab, direction, follow, grouped, detailsSize, timelineBy };
}

/** Holds the choices and tells of changes. */
export class ChoiceStore {
  readonly #save: (choices: Choices) => void;
  readonly #listeners: ((now: Choices, before: Choices) => void)[] = [];
  #choices: Choices;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(choices: Choices, save: (choices: Choices) => void) {
    this.#choices = choices;
    this.#save = save;
  }

  get now(): Choices {
    return this.#choices;
  }

  set(change: Partial<Choices>): void {
    const before = this.#choices;
    const now = { ...before, ...change };
    // Every key of a change is one of Choices.
    if ((Object.keys(change) as (keyof Choices)[]).every((key) => now[key] === before[key])) return;
    this.#choices = now;
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      this.#save(this.#choices);
    }, 100);
    for (const listener of this.#listeners) listener(now, before);
  }

  onChange(listener: (now: Choices, before: Choices) => void): void {
    this.#listeners.push(listener);
  }
}
