import { check } from "../../../runtime/checks/check.ts";
import { expectColumns } from "../../../runtime/tables/expect-columns.ts";
import type { Session, SqlInput, Table } from "../../../runtime/tables/session.ts";
import { sql } from "../../../runtime/tables/sql-fragment.ts";
import { type EngineCase, shownRow } from "./engine-case.ts";
import { said } from "./file-cases.ts";

type Ask = (session: Session, table: Table) => Promise<Table>;

const day = "2026-01-02";
const instant = "2026-01-02T12:00:00+02:00";

/** SQL that is put together of pieces, and of bound values where columns are of other types. */
export const composeCases: readonly EngineCase[] = [
  shown(
    "Pieces stand in pieces, with their values",
    (session, t) => session.sql`
      SELECT ${sql.id("n")}, ${sql.join(["d", "s"].map((name) => sql`max(${sql.id(name)}) AS ${sql.id(`max ${name}`)}`))}
      FROM ${t} WHERE ${sql`n > ${0} AND ${sql`s = ${"x"}`}`} GROUP BY ${sql.id("n")}`,
    'n:integer, max d:date, max s:string; 2, "2026-01-03", "x"',
  ),
  shown(
    "A piece may have a table",
    (session, t) =>
      session.sql`SELECT n FROM ${sql`${t} AS ${sql.id("T a")}`} WHERE ${sql.id("T a", "n")} = ${2}`,
    "n:integer; 2",
  ),
  shown(
    "A name is a name, whatever is in it",
    (session, t) => session.sql`SELECT n AS ${sql.id("a\"b\\c`d\n--'")} FROM ${t} WHERE n = 1`,
    "a\"b\\c`d\n--':integer; 1",
  ),
  {
    name: "A check counts what its query selects, and hands on its table",
    ask: async (session) => {
      const columns = [
        { name: "n", type: "integer" },
        { name: "s", type: "string" },
      ] as const;
      const rows = [1, 2, 3].map((n) => ({ n, s: n === 2 ? null : "x" }));
      const table = await session.fromRows(columns, rows);
      const missing = (given: Table) => sql`SELECT * FROM ${given} WHERE s IS NULL OR n > ${2}`;
      const told = await check("Whole", missing)
        .fn(table)
        .then(String, (error: Error) => error.message);
      const most = check("At most", (given: Table, n: number) => sql`SELECT n FROM ${given} WHERE n > ${n}`);
      return `${told}; ${(await most.fn(table, 3)) === table}`;
    },
    gives: `Check 'Whole': 2 violations in 3 rows, such as {"n":2,"s":null}.; true`,
  },
  shown(
    "A list is what IN looks through",
    (session, t) =>
      session.sql`SELECT n FROM ${t} WHERE s IN ${sql.list(["x", "it's"])} OR n IN ${sql.list([1])} ORDER BY n`,
    "n:integer; 1; 2",
  ),
  shown(
    "Nothing is in an empty list, and all is out of it",
    (session, t) =>
      session.sql`SELECT s IN ${sql.list([])} AS a, d NOT IN ${sql.list([])} AS b, n IN ${sql.list([])} AS c FROM ${t} WHERE n = 1`,
    "a:boolean, b:boolean, c:boolean; false, true, false",
  ),
  shown(
    "A list is long",
    (session, t) =>
      session.sql`SELECT n FROM ${t} WHERE n IN ${sql.list(Array.from({ length: 500 }, (_, i) => i + 2))}`,
    "n:integer; 2",
  ),
  ...lone("ORDER BY", "n", (v) => sql`ORDER BY ${v} DESC`),
  ...lone("ORDER BY", "n", (v) => sql`ORDER BY n, (${v}) LIMIT 1`),
  ...lone("GROUP BY", "n", (v) => sql`GROUP BY n, ${v}`),
  ...lone("GROUP BY", "n", (v) => sql`GROUP BY ROLLUP(${v})`),
  ...lone("IS NULL", "s", (v) => sql`WHERE ${v} IS NULL`),
  ...lone("IS NOT NULL", "s", (v) => sql`WHERE n = 1 AND (${v}) IS NOT NULL`),
  lonePartition(),
  shown(
    "A bound text that is compared may be null or not",
    (session, t) => session.sql`SELECT n FROM ${t} WHERE ${"x"} IS NULL OR s = ${"x"}`,
    "n:integer; 2",
  ),
  shown(
    "A bound text in an expression orders",
    (session, t) => session.sql`SELECT n FROM ${t} ORDER BY CASE s WHEN ${"x"} THEN 0 ELSE 1 END LIMIT ${1}`,
    "n:integer; 2",
  ),
  ...Object.entries({
    "d < ": [(v: SqlInput) => sql`d < ${v}`, "boolean; false; false"],
    "d BETWEEN ": [(v: SqlInput) => sql`d BETWEEN ${v} AND ${v}`, "boolean; true; false"],
    "d IN ": [(v: SqlInput) => sql`d IN ${sql.list([day, String(v)])}`, "boolean; true; false"],
    "<> d": [(v: SqlInput) => sql`${v} <> d`, "boolean; false; true"],
    "coalesce(d, )": [(v: SqlInput) => sql`coalesce(NULLIF(d, d), ${v})`, 'date; "2026-01-02"; "2026-01-02"'],
    "CASE ELSE ": [
      (v: SqlInput) => sql`CASE WHEN n = 2 THEN d ELSE ${v} END`,
      'date; "2026-01-02"; "2026-01-03"',
    ],
    "t < ": [(v: SqlInput) => sql`t < ${v}`, "boolean; false; false"],
    "t >= date": [(v: SqlInput) => sql`t >= ${v} AND CAST(t AS DATE) = ${v}`, "boolean; true; false"],
    date_trunc: [
      (v: SqlInput) => sql`date_trunc('month', ${v})`,
      "timestamp; 2026-01-01T00:00:00.000Z; 2026-01-01T00:00:00.000Z",
    ],
    "s = ": [(v: SqlInput) => sql`s = ${v}`, "boolean; true; false"],
    alone: [(v: SqlInput) => sql`${v}`, 'string; "2026-01-02"; "2026-01-02"'],
  } satisfies Record<string, [(v: SqlInput) => SqlInput, string]>).map(([name, [piece, gives]]) =>
    shown(
      `A bound ISO date is a date to a date and a time: ${name}`,
      (session, t) => session.sql`SELECT ${piece(day)} AS x FROM ${t} ORDER BY n`,
      `x:${gives}`,
    ),
  ),
  ...Object.entries({
    "t = ": [(v: SqlInput) => sql`t = ${v}`, "boolean; true; false"],
    "t BETWEEN ": [(v: SqlInput) => sql`t BETWEEN ${day} AND ${v}`, "boolean; true; false"],
    "coalesce(t, )": [
      (v: SqlInput) => sql`coalesce(NULLIF(t, t), ${v})`,
      "timestamp; 2026-01-02T10:00:00.000Z; 2026-01-02T10:00:00.000Z",
    ],
    "d = ": [(v: SqlInput) => sql`d = ${v}`, "boolean; true; false"],
  } satisfies Record<string, [(v: SqlInput) => SqlInput, string]>).map(([name, [piece, gives]]) =>
    shown(
      `A bound ISO time with an offset is the instant: ${name}`,
      (session, t) => session.sql`SELECT ${piece(instant)} AS x FROM ${t} ORDER BY n`,
      `x:${gives}`,
    ),
  ),
  shown(
    "A union has all rows, with columns by name and types that hold them all",
    async (session, t) => {
      const other = await session.sql`SELECT CAST(5 AS BIGINT) AS n, s, d AS D FROM ${t}`;
      const first = await session.sql`SELECT d, n, s FROM ${t}`;
      return session.sql`SELECT n, d, count(s) AS c FROM ${await session.union([first, other, first])} GROUP BY n, d ORDER BY n, d`;
    },
    'n:long, d:date, c:long; 1, "2026-01-02", 2; 2, "2026-01-03", 2; 5, "2026-01-02", 1; 5, "2026-01-03", 1',
  ),
  shown(
    "A union has parts that are computed of the same, and is computed with",
    async (session, t) => {
      const part = (i: number) => session.sql`SELECT a.n * ${i} AS n FROM ${t} AS a WHERE a.n <= ${i}`;
      const all = await session.union(await Promise.all([1, 2, 3].map(part)));
      const twice = await session.union([all, all, await part(4)]);
      return session.sql`SELECT count(*) AS c, sum(n) AS s FROM ${twice}`;
    },
    "c:long, s:long; 12, 44",
  ),
  shown(
    "A union takes hundreds of tables",
    async (session) => {
      const one = (n: number) => session.fromRows([{ name: "n", type: "integer" }], [{ n }]);
      const tables = await Promise.all(
        Array.from({ length: session.engine === "spark" ? 200 : 1_000 }, (_, n) => one(n % 10)),
      );
      return session.sql`SELECT n FROM ${await session.union(tables)} WHERE n = 7 GROUP BY n`;
    },
    "n:integer; 7",
  ),
  shown(
    "Columns are as they are expected, widened and in order",
    (_, t) => expectColumns(t, { s: "string", n: "long" }, { drift: "ignore" }),
    's:string, n:long; "2026-01-02", 1; "x", 2',
  ),
  shown(
    "Columns that nobody expects are kept behind the others",
    (_, t) => expectColumns(t, { s: "string", n: "integer" }, { drift: "add" }),
    's:string, n:integer, d:date, t:timestamp; "2026-01-02", 1, "2026-01-02", 2026-01-02T10:00:00.000Z; "x", 2, "2026-01-03", 2026-01-03T10:00:00.000Z',
  ),
  refused(
    "A table with other columns than those that are expected",
    (_, t) => expectColumns(t, { n: "long", s: "date", id: "integer", d: "date" }),
    `expectColumns: the table's columns (+) aren't those that are expected (-):
    n: long
  - s: date
  + s: string
  - id: integer
    d: date
  + t: timestamp`,
  ),
  refused(
    "A union of no tables",
    (session) => session.union([]),
    "union: there are no tables. Give at least one.",
  ),
  refused(
    "A union of tables with other columns",
    async (session, t) => session.union([t, await session.sql`SELECT n, s FROM ${t}`]),
    'union: table 2 lacks the column "d" of the first. Select the same columns of all.',
  ),
  refused(
    "A union of types that don't go together",
    async (session, t) =>
      session.union([await session.sql`SELECT n FROM ${t}`, await session.sql`SELECT s AS n FROM ${t}`]),
    'union: table 2: the column "n" is string, and integer in those before. Types that differ have to widen without loss: CAST one of them.',
  ),
  refused(
    "A list in place of a value",
    (session, t) => session.sql`SELECT n FROM ${t} WHERE n IN ${[1] as unknown as number}`,
    "sql: input 2 is a list. Write IN $" + "{sql.list(values)}, or sql.join(pieces) for other lists.",
  ),
  refused(
    "What was made a piece elsewhere than by sql",
    (session) => session.sql`SELECT ${JSON.parse(JSON.stringify(sql`1`)) as number} AS x`,
    "sql: input 1 is an object. Tables of the same session, strings, numbers, booleans, dates, null and pieces made by sql can be inputs.",
  ),
];

async function smallTable(session: Session): Promise<Table> {
  return session.sql`
    SELECT * FROM (VALUES
      (1, DATE '2026-01-02', TIMESTAMP '2026-01-02 10:00:00', '2026-01-02'),
      (2, DATE '2026-01-03', TIMESTAMP '2026-01-03 10:00:00', 'x')) AS v(n, d, t, s)`;
}

function shown(name: string, ask: Ask, gives: string): EngineCase {
  return {
    name: `SQL of pieces: ${name}`,
    ask: async (session) => {
      const table = await ask(session, await smallTable(session));
      const columns = table.columns.map((column) => `${column.name}:${column.type}`).join(", ");
      return [columns, ...(await table.rows()).map(shownRow)].join("; ");
    },
    gives,
  };
}

function refused(name: string, ask: Ask, gives: string): EngineCase {
  return {
    name: `SQL of pieces: ${name}, is refused`,
    ask: (session) => said(async () => ask(session, await smallTable(session))),
    gives,
  };
}

function lone(place: string, column: string, clause: (value: SqlInput) => SqlInput): EngineCase[] {
  const ask =
    (value: SqlInput): Ask =>
    (session, t) =>
      session.sql`SELECT count(*) AS c FROM ${t} ${clause(value)}`;
  return [
    {
      name: `SQL of pieces: A bound text alone in ${place} is refused: ${String(clause).slice(6, 60)}`,
      ask: async (session) =>
        (await said(async () => ask(column)(session, await smallTable(session)))).split(" is ")[0] ?? "",
      gives: `SQL: a bound text alone in ${place}`,
    },
  ];
}

function lonePartition(): EngineCase {
  return refused(
    "A bound text alone in PARTITION BY",
    (session, t) => session.sql`SELECT sum(n) OVER (PARTITION BY ${"s"}) AS x FROM ${t}`,
    "SQL: a bound text alone in PARTITION BY is the same for every row, so that all rows are one partition. For the column of that name write $" +
      '{sql.id("s")}.\n' +
      "  SELECT sum(n) OVER (PARTITION BY $" +
      "{...}) AS x FROM $" +
      "{...}\n" +
      "                                   ^",
  );
}
