import { inputMark } from "./sql-input.ts";

/**
 * Where an offset of the SQL that the engine got lies in the template's text.
 * @param before in characters.
 * @param texts the template's texts as the user wrote them.
 * @param rendered each text and input as the engine got it, alternating.
 */
export function sourceOffset(
  before: number,
  texts: readonly string[],
  rendered: readonly string[],
): number | undefined {
  let start = 0;
  let source = 0;
  for (const [i, part] of rendered.entries()) {
    const isText = i % 2 === 0;
    if (before < start + part.length) return isText ? source + before - start : source;
    start += part.length;
    source += isText ? (texts[i / 2]?.length ?? 0) : inputMark.length;
  }
  return source;
}

/** The line of a template's text with a mark under a place, or all of it. */
export function excerpt(source: string, place: number | undefined): string {
  const lines = source.split("\n");
  if (place === undefined) return lines.map((line) => `  ${line}`.trimEnd()).join("\n");
  let start = 0;
  for (const [i, line] of lines.entries()) {
    if (place <= start + line.length) {
      const label = lines.length === 1 ? "  " : `  ${i + 1} | `;
      return `${label}${line}\n${" ".repeat(label.length + place - start)}^`;
    }
    start += line.length + 1;
  }
  return source;
}
