import { UsageError, UserError } from "../errors/user-error.ts";
import type { CommandError } from "../events/command-failure.ts";

/** What failed, as it crosses processes. */
export function commandError(error: unknown): CommandError {
  if (error instanceof UserError) {
    const { message, source } = error;
    const kind = error instanceof UsageError ? "usage" : "user";
    return { kind, message, ...(source === undefined ? {} : { source }) };
  }
  // What the system said is for users as it is.
  if (error instanceof Error && "syscall" in error) return { kind: "system", message: error.message };
  const what = error instanceof Error ? error.stack : String(error);
  return { kind: "internal", message: `Millrace failed, which it shouldn't have: ${what}` };
}

/** The error that was told, to be thrown here. */
export function errorOf({ kind, message, source }: CommandError): UserError {
  return kind === "usage" ? new UsageError(message, { source }) : new UserError(message, { source });
}
