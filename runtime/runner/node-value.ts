import type { RunFailure } from "../authoring/future.ts";
import type { Decoding } from "../crossing/decode.ts";
import { loadResult } from "../crossing/result-file.ts";
import { asError } from "../errors/read-thrown.ts";
import type { RunNode } from "./run-node.ts";

/**
 * What a node that has ended came to, in this thread: its result, of a map an array, and a failure in place of what
 * didn't complete.
 * @param onLoaded hears what each result is of.
 */
export function nodeValue(
  node: RunNode,
  runFolder: string,
  decoding: Omit<Decoding, "result">,
  onLoaded: (value: unknown, of: RunNode) => void = () => {},
): unknown {
  const value = node.items?.map((item) => nodeValue(item, runFolder, decoding, onLoaded));
  if (value !== undefined) {
    onLoaded(value, node);
    return value;
  }
  if (node.state.type !== "COMPLETED") {
    const { failure } = node.firstFailure;
    return {
      failed: true,
      state: node.state,
      ...(failure === undefined ? {} : { error: asError(failure.error) }),
    } satisfies RunFailure;
  }
  if (node.result === undefined) return undefined;
  const loaded = loadResult(node.result, runFolder, decoding);
  onLoaded(loaded, node);
  return loaded;
}
