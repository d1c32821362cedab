import type { SourceLocation } from "../errors/error-report.ts";

/** What a command prints on stdout in place of its answer where it fails and was asked for JSON. */
export interface CommandFailure {
  readonly error: CommandError;
}

export interface CommandError {
  /** Wrong use of the command; something the user has to put right; what the system said; a fault of Millrace's own. */
  readonly kind: "usage" | "user" | "system" | "internal";
  /** Complete: what, where, what to do. */
  readonly message: string;
  /** The place in the user's code, where it is known. */
  readonly source?: SourceLocation;
}

export function isCommandFailure(value: unknown): value is CommandFailure {
  if (typeof value !== "object" || value === null || !("error" in value)) return false;
  const { error } = value;
  return typeof error === "object" && error !== null && "kind" in error && "message" in error;
}
