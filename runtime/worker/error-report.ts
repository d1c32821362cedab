import type { ErrorReport } from "../errors/error-report.ts";
import { languageErrorOf } from "../errors/language-errors.ts";
import { type PortableValue, toPortable } from "../errors/portable-value.ts";
import {
  innerErrors,
  isError,
  isInstance,
  messageOf,
  nameOf,
  ownFields,
  readProperty,
  textOf,
} from "../errors/read-thrown.ts";
import { describe, locate, userFrames, userStack } from "../errors/stack-location.ts";
import { UserError } from "../errors/user-error.ts";

/** What was thrown as an event can hold it: with the user's frames, source-mapped, and none of the runtime's. Never throws. */
export function reportError(error: unknown): ErrorReport {
  if (!isError(error))
    return { name: "Error", message: describe(error), thrown: toPortable(error, userFrames) };
  const source = locate(textOf(readProperty(error, "stack")));
  const thrown = isInstance(error, UserError) && error.cause === undefined ? undefined : moreOf(error);
  const tells = userFrames(error).length > 0 || (thrown !== undefined && hasContents(error));
  return {
    name: nameOf(error),
    message: messageOf(error) || nameOf(error),
    ...(tells ? { stack: userStack(error) } : {}),
    ...(source === undefined ? {} : { source }),
    ...(thrown === undefined ? {} : { thrown }),
  };
}

/** What it is more than an error of the language with a message. */
function moreOf(error: Error): PortableValue | undefined {
  const isPlain = languageErrorOf(nameOf(error))?.prototype === prototypeOf(error);
  const hasText = typeof readProperty(error, "message") === "string" && readProperty(error, "message") !== "";
  return isPlain && hasText && !hasContents(error) ? undefined : toPortable(error, userFrames);
}

function hasContents(error: Error): boolean {
  return (
    readProperty(error, "cause") !== undefined || innerErrors(error).length > 0 || ownFields(error).length > 0
  );
}

function prototypeOf(error: Error): unknown {
  try {
    return Object.getPrototypeOf(error);
  } catch {
    return undefined;
  }
}

/**
 * The error that came first, where a teardown's came on top of it: `await using` wraps both in a
 * SuppressedError, which says nothing of either. The teardown's own is told by its resource.
 */
export function firstError(error: unknown): unknown {
  let first = error;
  for (let depth = 0; depth < mostSuppressed && isError(first); depth++) {
    if (readProperty(first, "name") !== "SuppressedError") break;
    first = readProperty(first, "suppressed");
  }
  return first;
}

/** One that holds itself would have no end. */
const mostSuppressed = 1_000;
