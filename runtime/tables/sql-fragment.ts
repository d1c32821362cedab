import type { SqlInput } from "./session.ts";
import { TableError } from "./table-error.ts";

/** How a {@link SqlFragment} made by another copy of this module is known. Nothing that was parsed or cloned has it. */
const brand: unique symbol = Symbol.for("millrace.sqlFragment") as never; // Symbol.for isn't unique to TypeScript

/**
 * A piece of SQL with what is bound in it, to stand in a `sql` template. Made by {@link sql} only, so that no text of a
 * parameter or a file can become one.
 */
export class SqlFragment {
  readonly [brand] = true;
  readonly texts: readonly string[];
  readonly inputs: readonly SqlInput[];

  constructor(texts: readonly string[], inputs: readonly SqlInput[]) {
    this.texts = texts;
    this.inputs = inputs;
  }
}

/** A value that is bound. */
export type SqlValue = boolean | number | bigint | string | Date;

/** What {@link sql} does. */
export interface SqlPieces {
  /** A piece of SQL for a `sql` template: `` sql`city = ${city}` ``. Its values are bound, as the template's are. */
  (strings: TemplateStringsArray, ...inputs: readonly SqlInput[]): SqlFragment;
  /**
   * A column's name, quoted: `sql.id("city")`, or of a table `sql.id("t", "city")`.
   * @throws {TableError} for what can't be a name.
   */
  id(...path: readonly string[]): SqlFragment;
  /**
   * A list for IN, each value bound: `` sql`city IN ${sql.list(cities)}` ``. In an empty one nothing is found.
   * @throws {TableError} for null, with which IN and NOT IN don't do what is expected, and for what is no value.
   */
  list(values: Iterable<SqlValue>): SqlFragment;
  /** Pieces one after the other, with a piece between them; by default a comma. */
  join(pieces: Iterable<SqlInput>, between?: SqlFragment): SqlFragment;
}

/** Pieces of SQL that go into `session.sql` templates, and into each other. */
export const sql: SqlPieces = Object.assign(
  (strings: TemplateStringsArray, ...inputs: readonly SqlInput[]) => new SqlFragment([...strings], inputs),
  { id: identifier, list, join },
);

function identifier(...path: readonly string[]): SqlFragment {
  const wrong =
    path.length === 0 ? "" : path.find((name) => typeof name !== "string" || !/^[^\0]+$/.test(name));
  if (wrong !== undefined)
    throw new TableError(
      `sql.id: ${JSON.stringify(wrong)} is no name. Give a column's, or a table's and a column's: sql.id("t", "city").`,
    );
  return new SqlFragment([path.map((name) => `"${name.replaceAll('"', '""')}"`).join(".")], []);
}

function list(values: Iterable<SqlValue>): SqlFragment {
  const all = [...values];
  all.forEach((value: SqlValue | null | undefined, i) => {
    // Whoever writes JavaScript can give anything.
    if (value === null || value === undefined)
      throw new TableError(
        `sql.list: item ${i + 1} is ${value}, which IN doesn't find, and with which NOT IN finds nothing. Leave it out, and write OR x IS NULL where it is wanted.`,
      );
    if (typeof value === "object" && !(value instanceof Date))
      throw new TableError(
        `sql.list: item ${i + 1} is an object. A list has strings, numbers, booleans and dates.`,
      );
  });
  if (all.length === 0) return new SqlFragment(["(SELECT NULL WHERE 1 = 0)"], []);
  return new SqlFragment(["(", ...all.slice(1).map(() => ", "), ")"], all);
}

function join(pieces: Iterable<SqlInput>, between = new SqlFragment([", "], [])): SqlFragment {
  const all = [...pieces].flatMap((piece, i) => (i === 0 ? [piece] : [between, piece]));
  return new SqlFragment(["", ...all.map(() => "")], all);
}

export function isSqlFragment(value: unknown): value is SqlFragment {
  return typeof value === "object" && value !== null && brand in value;
}

/** A template with the pieces in it taken apart. */
export interface WrittenQuery {
  readonly texts: readonly string[];
  readonly inputs: readonly {
    readonly value: unknown /** Its place, as an error names it: `2`, in a piece `2.1`. */;
    readonly place: string;
  }[];
}

export function takenApart(texts: readonly string[], inputs: readonly unknown[], inside = ""): WrittenQuery {
  const made = [texts[0] ?? ""];
  const all: { value: unknown; place: string }[] = [];
  const add = (text: string) => made.push((made.pop() ?? "") + text);
  inputs.forEach((value, i) => {
    const place = `${inside}${i + 1}`;
    const after = texts[i + 1] ?? "";
    if (isSqlFragment(value)) {
      const { texts: parts, inputs: more } = takenApart(value.texts, value.inputs, `${place}.`);
      add(parts[0] ?? "");
      made.push(...parts.slice(1));
      all.push(...more);
      add(after);
    } else {
      all.push({ value, place });
      made.push(after);
    }
  });
  return { texts: made, inputs: all };
}
