import { currentContext, type RunContext } from "../authoring/context.ts";

/**
 * Tells errors that were thrown outside of any promise that somebody awaits, by a timer's callback, say:
 * `onStray` gets the error and whose code it was, as far as that is known. What it throws ends the thread.
 */
export function catchStrayErrors(
  onStray: (error: unknown, thrownIn: RunContext | undefined) => void,
): () => void {
  // A rejection that nobody handles becomes an uncaught exception, Node's default.
  const listener = (error: unknown) => onStray(error, currentContext());
  process.on("uncaughtException", listener);
  return () => process.off("uncaughtException", listener);
}
