import type { FlowFile } from "../../runtime/discovery/read-flow-file.ts";

/** A module that several flows import has its problems told once. Lines and columns count from 1. */
export function problemsByFile(
  files: readonly FlowFile[],
): Map<string, { readonly message: string; readonly line: number; readonly column: number }[]> {
  const told = new Set<string>();
  const byFile = new Map<string, { message: string; line: number; column: number }[]>();
  for (const { problems } of files) {
    for (const { message, source } of problems) {
      const { file, line, column } = source;
      const key = `${file}\0${line}\0${column}\0${message}`;
      if (told.has(key)) continue;
      told.add(key);
      const list = byFile.get(file) ?? [];
      list.push({ message, line, column });
      byFile.set(file, list);
    }
  }
  return byFile;
}
