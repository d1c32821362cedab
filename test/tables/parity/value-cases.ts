import { join } from "node:path";
import type { Column, Row, Session, Table } from "../../../runtime/tables/session.ts";
import { type EngineCase, shownRow } from "./engine-case.ts";

/** What is done with values, tables and files by a session's methods, the same on both engines. */
export const valueCases: readonly EngineCase[] = [
  {
    name: "A bound null has the type of its place",
    ask: async (session) => {
      const table = await session.sql`
        SELECT coalesce(${null}, ${5}) AS a, coalesce(${null}, ${"x"}) AS b, ${null} IS NULL AS c, ${null} AS d`;
      return shown(table);
    },
    gives: 'a:integer, b:string, c:boolean, d:integer; 5, "x", true, null',
  },
  {
    name: "A bound text with an offset is that instant where it becomes a timestamp",
    ask: async (session) => {
      const text = "2026-01-01T12:00:00+02:00";
      const table = await session.sql`
        SELECT CAST(${text} AS TIMESTAMP) AS a, t = ${text} AS b, t IN (${text}) AS c, s = ${text} AS d
        FROM (VALUES (TIMESTAMP '2026-01-01 10:00:00', '2026-01-01T12:00:00+02:00')) v(t, s)`;
      return shown(table);
    },
    gives: "a:timestamp, b:boolean, c:boolean, d:boolean; 2026-01-01T10:00:00.000Z, true, true, true",
  },
  {
    name: "Bound dates come back as they went in, as far as a Date reaches",
    ask: async (session) => {
      const dates = [8.64e15, -8.64e15, 0, -1, Date.UTC(1582, 9, 10), -62_167_219_200_001];
      const [a, b, c, d, e, f] = dates.map((time) => new Date(time)) as [Date, Date, Date, Date, Date, Date];
      return rowsText(
        await session.sql`SELECT ${a} AS a, ${b} AS b, ${c} AS c, ${d} AS d, ${e} AS e, ${f} AS f`,
      );
    },
    gives:
      "+275760-09-13T00:00:00.000Z, -271821-04-20T00:00:00.000Z, 1970-01-01T00:00:00.000Z, 1969-12-31T23:59:59.999Z, 1582-10-10T00:00:00.000Z, -000001-12-31T23:59:59.999Z",
  },
  {
    name: "Dates of every year come back as they went in, from rows and from files",
    ask: (session, folder) =>
      backAndForth(session, folder, "date", [
        "0000-01-01",
        "-000043-03-15",
        "0001-01-01",
        "1582-10-05",
        "1582-10-14",
        "9999-12-31",
        "+010000-01-01",
        "+275760-09-14",
        "+5000000-01-01",
        "-5000000-12-31",
      ]),
    gives:
      '"0000-01-01"; "-000043-03-15"; "0001-01-01"; "1582-10-05"; "1582-10-14"; "9999-12-31"; "+010000-01-01"; "+275760-09-14"; "+5000000-01-01"; "-5000000-12-31"',
  },
  ...Object.entries({
    "map<date,integer>": [[{ "2026-11-23": 1, "-000043-03-15": 2 }], '{"2026-11-23":1,"-000043-03-15":2}'],
    "map<boolean,string>": [[{ true: "x", false: null }], '{"true":"x","false":null}'],
    "map<decimal(10,2),integer>": [[{ "1.50": 1, "-0.25": 2 }], '{"1.50":1,"-0.25":2}'],
    "map<long,integer>": [[{ "9007199254740993": 1 }], '{"9007199254740993":1}'],
    "map<double,integer>": [[{ "0.5": 1, NaN: 2 }], '{"0.5":1,"NaN":2}'],
    "map<timestamp,integer>": [[{ "2026-11-23T00:00:00.000Z": 1 }], '{"2026-11-23T00:00:00.000Z":1}'],
    "map<binary,integer>": [[{ "00ff": 1 }], '{"00ff":1}'],
    "map<string,map<string,integer>>": [[{ a: { b: 1 }, c: null }], '{"a":{"b":1},"c":null}'],
  } satisfies Record<string, [Row[string][], string]>).map(
    ([type, [values, gives]]): EngineCase => ({
      name: `Values of ${type} come back as they went in, from rows and from files`,
      ask: (session, folder) => backAndForth(session, folder, type, values),
      gives,
    }),
  ),
  {
    name: "A key that is none of its type is an error that names the row",
    ask: async (session) => {
      const columns = [{ name: "m", type: "map<integer,integer>" }];
      return session.fromRows(columns, [{ m: { "": 1 } }]).then(
        () => "a table",
        (error: Error) => error.message, // of fromRows, a TableError
      );
    },
    gives: 'fromRows: row 0: "m" should be map<integer,integer> but is {"":1}.',
  },
  {
    name: "A timestamp beyond a Date's reach is an error that names its column",
    ask: async (session) => {
      const table = await session.sql`
        SELECT TIMESTAMP '9999-12-31 00:00:00' + INTERVAL '280000' YEAR AS far`;
      return table.rows().then(
        () => "rows",
        (error: Error) => error.message, // a TableError
      );
    },
    gives:
      'Reading rows: a value of the column "far" is a timestamp of +289999-12-31, and a Date reaches from -271821-04-20 to +275760-09-13. Read it as text: CAST(... AS STRING).',
  },
  {
    name: "Batches have timestamps whole where that is asked for",
    ask: async (session) => {
      const table = await session.sql`SELECT TIMESTAMP '1969-12-31 23:59:59.999999' AS t`;
      const found: string[] = [];
      for await (const batch of table.batches({ timestamps: "microseconds" }))
        found.push(...batch.map(shownRow));
      return found.join("; ");
    },
    gives: "-1n",
  },
  {
    name: "Names with backslashes, quotes and backticks are names",
    ask: async (session, folder) => {
      const name = 'a\\b "c" `d` \\';
      const table = await session.fromRows(
        [
          { name, type: "integer" },
          { name: "s", type: "struct<a\\b:integer>" },
        ],
        [{ [name]: 1, s: { "a\\b": 2 } }],
      );
      const query = await session.sql`SELECT "a\\b ""c"" \`d\` \\", s FROM ${table}`;
      const handle = await query.handle(() => join(folder, "names.parquet"));
      return shown(session.table(handle));
    },
    gives: 'a\\b "c" `d` \\:integer, s:struct<a\\b:integer>; 1, {"a\\\\b":2}',
  },
  {
    name: "Twenty reads at once warn of nothing",
    ask: async (session) => {
      const warnings: string[] = [];
      const listen = (warning: Error) => warnings.push(warning.message);
      process.on("warning", listen);
      try {
        const table = await session.sql`SELECT 1 AS x`;
        const rows = await Promise.all(
          Array.from({ length: 20 }, async (_, i) =>
            (await session.sql`SELECT x + ${i} AS x FROM ${table}`).rows(),
          ),
        );
        await new Promise(setImmediate); // warnings come a turn later
        return `${rows.length}; ${warnings.join("; ")}`;
      } finally {
        process.off("warning", listen);
      }
    },
    gives: "20; ",
  },
  {
    name: "More rows than there can be are no limit",
    ask: async (session) => rowsText(await session.sql`SELECT 1 AS x`, 2 ** 31),
    gives: "1",
  },
];

/** Rows of a column, as they come back from memory and from a file; once if both are alike. */
async function backAndForth(
  session: Session,
  folder: string,
  type: string,
  values: readonly Row[string][],
): Promise<string> {
  const columns: Column[] = [{ name: "x", type }];
  const table = await session.fromRows(
    columns,
    values.map((x) => ({ x: x ?? null })),
  );
  const handle = await table.handle(() => join(folder, `${type.replace(/\W/g, "-")}.parquet`));
  const texts = await Promise.all([table, session.table(handle)].map((each) => rowsText(each)));
  return [...new Set(texts)].join(" | ");
}

async function shown(table: Table): Promise<string> {
  const columns = table.columns.map(({ name, type }) => `${name}:${type}`).join(", ");
  return `${columns}; ${await rowsText(table)}`;
}

async function rowsText(table: Table, limit?: number): Promise<string> {
  return (await table.rows(limit)).map(shownRow).join("; ");
}
