import type { CommandError } from "../events/command-failure.ts";
import type { RunSettings } from "./run-settings.ts";

/** What a program tells the process of a run that it starts, and what that tells it. */
export type ToRunProcess =
  | { readonly to: "start"; readonly order: RunOrder }
  | { readonly to: "cancel"; readonly reason: string };

export type FromRunProcess =
  | { readonly from: "started"; readonly id: string; readonly path: string }
  /** It could not be started, or not be ended. */
  | { readonly from: "failed"; readonly error: CommandError };

export interface RunOrder {
  readonly flow: string;
  readonly folder: string;
  readonly base: string;
  readonly threads: string | undefined;
  readonly parameters: { readonly [name: string]: unknown };
  readonly settings: RunSettings;
  readonly name?: string;
  readonly tags?: readonly string[];
}
