import type { Row, Value } from "../session.ts";

/** Bytes of memory, or so, that the rows of a part take. */
const partWeight = 16 << 20;

/** Rows as they are sent or written: what is together in memory is limited, however many there are. At least one part. */
export async function* inParts(batches: AsyncIterable<readonly Row[]>): AsyncGenerator<Row[]> {
  let part: Row[] = [];
  let weight = 0;
  let isFirst = true;
  for await (const batch of batches) {
    for (const row of batch) {
      part.push(row);
      weight += weightOf(row);
      if (weight < partWeight) continue;
      yield part;
      isFirst = false;
      part = [];
      weight = 0;
    }
  }
  if (part.length > 0 || isFirst) yield part;
}

function weightOf(value: Value): number {
  if (typeof value === "string") return 24 + value.length;
  if (typeof value !== "object" || value === null || value instanceof Date) return 24;
  if (value instanceof Uint8Array) return 100 + value.length;
  let weight = 40;
  for (const item of Array.isArray(value) ? value : Object.values(value)) weight += weightOf(item);
  return weight;
}
