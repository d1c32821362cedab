import type { Row } from "../session.ts";

/** Whether any of the texts is in rows, in any column at any depth. */
export async function rowsHold(
  batches: AsyncIterable<readonly Row[]>,
  texts: readonly string[],
): Promise<boolean> {
  for await (const rows of batches) {
    const json = JSON.stringify(rows, searchable);
    if (texts.some((text) => json.includes(text))) return true;
  }
  return false;
}

/** What JSON has no form for, so that a text can be found in it. */
function searchable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
}
