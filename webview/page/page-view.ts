import type { Host } from "../messages.ts";
import type { RunChanges, RunModel } from "../run/run-model.ts";
import type { ChoiceStore } from "../state/choices.ts";
import type { Answers } from "./answers.ts";

/** What every part of the page works with. */
export interface PageContext {
  readonly host: Host;
  readonly model: RunModel;
  readonly choices: ChoiceStore;
  readonly answers: Answers;
  /** Shows the output of a node beside; `enter` moves the focus there. */
  select(id: string | undefined, enter: boolean): void;
}

/** What a tab shows. It is updated once a frame at most, and only while it is shown. */
export interface PageView {
  readonly element: HTMLElement;
  update(changes: RunChanges): void;
  /** Called every second or so while something runs, for times that count. */
  tick?(now: number): void;
  /** Puts the keyboard's focus where work goes on. */
  focus?(): void;
}
