import type { ErrorReport } from "./error-report.ts";
import { fromPortable } from "./from-portable.ts";
import { languageErrorOf } from "./language-errors.ts";

/**
 * What was thrown, as it was, for a body in another thread or at another time: an error with its fields, its causes
 * and the errors in it, or what else was thrown.
 */
export function thrownFrom(report: ErrorReport): unknown {
  if (report.thrown === undefined) return plainError(report);
  try {
    const thrown = fromPortable(report.thrown);
    if (!(thrown instanceof Error) || report.stack === undefined) return thrown;
    return Object.defineProperty(thrown, "stack", {
      value: report.stack,
      writable: true,
      configurable: true,
    });
  } catch {
    return plainError(report); // of a run's folder that is not as we wrote it
  }
}

/** The same where only an error will do: of what is none, one that has it as its cause. */
export function errorFrom(report: ErrorReport): Error {
  const thrown = thrownFrom(report);
  if (thrown instanceof Error) return thrown;
  const error = plainError(report);
  error.cause = thrown;
  return error;
}

function plainError({ name, message, stack }: ErrorReport): Error {
  const error = new (languageErrorOf(name) ?? Error)(message);
  if (error.name !== name) error.name = name;
  error.stack = stack ?? `${name}: ${message}`;
  return error;
}
