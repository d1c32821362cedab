import type { ErrorReport } from "../errors/error-report.ts";
import { describe, locate, userFrames, userStack } from "../errors/stack-location.ts";

/** An error as an event can hold it: with the user's frames, source-mapped, and none of the runtime's. */
export function reportError(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { name: "Error", message: describe(error) };
  const source = locate(error.stack ?? "");
  const hasMore = userFrames(error).length > 0 || error.cause !== undefined;
  return {
    name: `${error.name}`,
    message: `${error.message}` === "" ? `${error.name}` : `${error.message}`,
    ...(hasMore ? { stack: userStack(error) } : {}),
    ...(source === undefined ? {} : { source }),
  };
}

/**
 * The error that came first, where a teardown's came on top of it: `await using` wraps both in a
 * SuppressedError, which says nothing of either. The teardown's own is told by its resource.
 */
export function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === "SuppressedError" && "suppressed" in first)
    first = first.suppressed;
  return first;
}
