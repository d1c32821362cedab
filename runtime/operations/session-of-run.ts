import { UsageError } from "../errors/user-error.ts";

/**
 * The session that the run had.
 * @throws {UsageError} if a secret was a part of it.
 */
export function sessionOf(kept: string): string {
  if (!/=\*\*\*(;|$)/.test(kept)) return kept;
  const given = process.env.MILLRACE_SESSION;
  if (given !== undefined && given !== "") return given;
  throw new UsageError(
    `The run's session was ${kept}, and what is secret in it isn't kept. Give it again by --session or MILLRACE_SESSION.`,
  );
}
