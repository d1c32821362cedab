import type { TokenColumn } from "./columns.ts";

/** Spark SQL's `concat_ws(separator, tokens)`: a row's tokens as one string. No tokens give `""`. */
export function concatWs(column: TokenColumn, separator: string): string[] {
  const texts: string[] = [];
  for (let row = 0; row + 1 < column.offsets.length; row++) {
    const start = column.offsets[row] ?? 0;
    const end = column.offsets[row + 1] ?? 0;
    let text = start < end ? (column.tokens[start] ?? "") : "";
    for (let at = start + 1; at < end; at++) text += separator + (column.tokens[at] ?? "");
    texts.push(text);
  }
  return texts;
}
