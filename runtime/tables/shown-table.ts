import type { Column } from "./session.ts";

/** A table in a few words, for people: what it is, and not how it is made. */
export function shownTable(columns: readonly Column[]): string {
  return `Table(${columns.map(({ name, type }) => `${name}: ${type}`).join(", ")})`;
}
