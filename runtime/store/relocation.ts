/** Makes paths below one folder into paths below another, wherever they stand in a text. */
export type Relocate = (text: string) => string;

/**
 * What was written about a folder by those who see it at `from`, for those who see it at `to`: a workspace in a
 * container and on its host, or one that was moved.
 * @returns undefined where nothing is to be changed.
 */
export function relocation(from: string | undefined, to: string): Relocate | undefined {
  const folder = from?.replace(/[\\/]+$/, "");
  if (folder === undefined || folder === "" || folder === to) return undefined;
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}_.-])${folder.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\p{L}\\p{N}_.-])`,
    "gu",
  );
  return (text) => (text.includes(folder) ? text.replace(pattern, () => to) : text);
}

/** A copy of plain data with all its texts relocated; the data itself where none is. */
export function relocated<T>(data: T, relocate: Relocate): T {
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") return relocate(value);
    if (typeof value !== "object" || value === null) return value;
    let copy: Record<string, unknown> | unknown[] | undefined;
    for (const [key, item] of Object.entries(value)) {
      const visited = visit(item);
      if (visited === item) continue;
      copy ??= Array.isArray(value) ? value.slice() : { ...value };
      (copy as Record<string, unknown>)[key] = visited; // a key of its own
    }
    return copy ?? value;
  };
  return visit(data) as T; // of the same shape
}
