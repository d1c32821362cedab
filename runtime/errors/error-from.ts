import type { ErrorReport } from "./error-report.ts";

/** An error as it was where it was thrown, for a body in another thread or at another time. */
export function errorFrom({ name, message, stack }: ErrorReport): Error {
  const error = new Error(message);
  error.name = name;
  error.stack = stack ?? `${name}: ${message}`;
  return error;
}
