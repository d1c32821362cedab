import type { SourceLocation } from "../../runtime/errors/error-report.ts";

export type TextPart =
  | { readonly text: string; readonly source?: undefined }
  | { readonly text: string; readonly source: SourceLocation };

/** An absolute path with line and column, as stack traces have it: `/a/b.ts:3:7`, `C:\a\b.ts:3:7`, `file:///a/b.ts:3:7`. */
const place = /(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/])[^\s()<>"'`|:]+):(\d+):(\d+)/g;

/** Splits a line of text into places in source files and what is between them. */
export function findSources(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(place)) {
    const [whole, file = "", line, column] = match;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: whole, source: { file, line: Number(line), column: Number(column) } });
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
