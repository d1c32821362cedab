import type { TokenColumn } from "./columns.ts";

/** Spark SQL's `concat_ws(separator, tokens)`: a row's tokens as one string, without the nulls. No tokens give `""`. */
export function concatWs(column: TokenColumn, separator: string): string[] {
  const texts: string[] = [];
  for (let row = 0; row + 1 < column.offsets.length; row++) {
    const end = column.offsets[row + 1]!;
    let text: string | undefined;
    for (let at = column.offsets[row]!; at < end; at++) {
      const token = column.tokens[at] ?? null;
      if (token !== null) text = text === undefined ? token : text + separator + token;
    }
    texts.push(text ?? "");
  }
  return texts;
}
