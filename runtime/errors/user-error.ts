import type { SourceLocation } from "./error-report.ts";

/**
 * Something the user has to put right: the flow's code, a parameter, an input. `message` is complete (what,
 * where, what to do); no stack is shown with it.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** The place in the user's code, where it is known. */
  readonly source?: SourceLocation;

  constructor(message?: string, options?: ErrorOptions & { readonly source?: SourceLocation | undefined }) {
    super(message, options);
    if (options?.source !== undefined) this.source = options.source;
  }
}

/** The command or its values make no sense: exit code 2. */
export class UsageError extends UserError {
  override readonly name = "UsageError";
}
