import { totalmem } from "node:os";

/** What is left to Node's own heaps, buffers and everything else. */
const enginesPart = 0.8;

/**
 * Bytes that the engines of a run may take together, where nothing else is said: most of the machine's memory, or of
 * what the process's container may have.
 */
export function engineMemory(): number {
  const constrained = process.constrainedMemory();
  const all = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(all * enginesPart);
}
