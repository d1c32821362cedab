import { type Sampled, sampleOf } from "../authoring/artifact.ts";
import type { CheckArtifact } from "../events/artifacts.ts";
import type { Session, Table } from "../tables/session.ts";
import { isSqlFragment, type SqlFragment } from "../tables/sql-fragment.ts";

/**
 * What a check's function may give: the rows that violate it, as a table, as the query that selects them, or as plain
 * objects; how many there are; or whether it holds.
 */
export type Found = Table | SqlFragment | readonly object[] | number | boolean;

/** What was found, without what it means. */
export type Violations = Pick<CheckArtifact, "passed" | "violations" | "checked" | "columns" | "rows">;

/**
 * Counts what a check's function gave.
 * @param passed what was checked: a table's rows, or an array's items, are counted.
 * @param limit the most rows that are kept.
 * @throws {TypeError} for what says nothing of violations.
 */
export async function lookForViolations(
  check: string,
  found: unknown,
  args: readonly unknown[],
  passed: unknown,
  limit: number,
): Promise<Violations> {
  const checked = isTable(passed) ? await passed.count() : Array.isArray(passed) ? passed.length : undefined;
  const of = checked === undefined ? {} : { checked };
  if (typeof found === "boolean") return { passed: found, ...of, columns: [], rows: [] };
  if (typeof found === "number") {
    if (Number.isInteger(found) && found >= 0)
      return { passed: found === 0, violations: found, ...of, columns: [], rows: [] };
    throw new TypeError(`check '${check}' gave ${found}, and no count of violations.`);
  }
  const { total, ...sample } = await sampleOf(await rowsOf(check, found, args), limit);
  return { passed: total === 0, violations: total, ...of, ...sample };
}

async function rowsOf(
  check: string,
  found: unknown,
  args: readonly unknown[],
): Promise<Sampled | readonly { readonly [column: string]: unknown }[]> {
  if (isTable(found)) return found;
  if (isSqlFragment(found)) {
    const session = args.map(sessionOf).find((each) => each !== undefined);
    if (session === undefined)
      throw new TypeError(
        `check '${check}' gave a query, and has neither a table nor a session to run it by.`,
      );
    return session.sql`${found}`;
  }
  if (Array.isArray(found)) {
    const wrong = found.findIndex((row) => typeof row !== "object" || row === null || Array.isArray(row));
    if (wrong < 0) return found; // all of them are objects
    throw new TypeError(
      `check '${check}' gave an array whose item ${wrong + 1} is no row. Give objects: [{ value: 3 }].`,
    );
  }
  throw new TypeError(
    `check '${check}' gave ${found === null ? "null" : typeof found === "object" ? "an object" : `${typeof found === "undefined" ? "" : "a "}${typeof found}`}. Return the rows that violate it (a table, sql\`SELECT ...\` or an array of objects), how many there are, or whether it holds.`,
  );
}

function sessionOf(value: unknown): Session | undefined {
  return isSession(value) ? value : isTable(value) ? value.session : undefined;
}

export function isSession(value: unknown): value is Session {
  return typeof value === "object" && value !== null && "engine" in value && "readCsv" in value;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && "columns" in value && "session" in value;
}
