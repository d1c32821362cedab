import { freshPrefix } from "../disk/fresh-path.ts";
import { isRunId } from "./run-id.ts";

/** What a deleted run's folder is called until all of it is gone. */
export const deletedEnding = ".deleted";

export function isDeletedRun(name: string): boolean {
  return name.endsWith(deletedEnding) && isRunId(name.slice(0, -deletedEnding.length));
}

/** What is being made, or was when its maker was killed. Earlier versions gave other names. */
export function isHalfMade(name: string): boolean {
  return name.startsWith(freshPrefix) || name.endsWith(".new") || /^lock\.\d+\.[0-9a-f]+$/.test(name);
}

/** A bundle: its flow's file, and a digest. */
export function isBundle(name: string): boolean {
  return /^.*-[0-9a-f]{8,64}\.mjs$/.test(name);
}

/** An entry of the cache, by its key. Earlier versions put the maker's process number behind what they made. */
export function isCacheEntry(name: string): boolean {
  return /^[0-9a-f]{32,64}(\.\d+)?$/.test(name);
}
