import type { Row, Session, Value } from "../../../runtime/tables/session.ts";

/** Something that is asked of a session of each engine, and what it gives. */
export interface EngineCase {
  readonly name: string;
  /** SQL, or what is done with a session whose relative paths are relative to `folder`. */
  readonly ask: string | ((session: Session, folder: string) => Promise<string>);
  readonly gives: string | Difference;
}

/** A difference that is known and told in runtime/tables/README.md. */
export interface Difference {
  readonly duckdb: string;
  readonly spark: string;
}

/** What a session gives for a case: columns, then rows, separated by semicolons; of an error that it is one. */
export async function answer({ ask }: EngineCase, session: Session, folder: string): Promise<string> {
  try {
    if (typeof ask !== "string") return await ask(session, folder);
    return await shownQuery(session, ask);
  } catch (error) {
    // By its name: one of code that is loaded later is of a class of its own.
    if (error instanceof Error && error.name === "TableError") return "an error";
    throw error;
  }
}

/** A query's result in a line. */
async function shownQuery(session: Session, text: string): Promise<string> {
  const table = await session.sql(Object.assign([text], { raw: [text] }));
  const columns = table.columns.map(({ name, type }) => `${name}:${type}`).join(", ");
  return [columns, ...(await table.rows()).map(shownRow)].join("; ");
}

export function shownRow(row: Row): string {
  return Object.values(row).map(shownValue).join(", ");
}

/** JSON, with the numbers that it doesn't have, bigints and bytes. */
export function shownValue(value: Value): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(shownValue).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(([name, part]) => `${JSON.stringify(name)}:${shownValue(part)}`);
  return `{${parts.join(",")}}`;
}
