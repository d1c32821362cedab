import { join } from "node:path";
import type { Session, Table } from "../../../runtime/tables/session.ts";
import type { EngineCase } from "./engine-case.ts";

/** Tables with ORDER BY, handed on as tasks hand them on. */
export const orderCases: readonly EngineCase[] = [
  {
    name: "A million rows keep their order when they are stored and read again",
    ask: async (session, folder) => {
      const table = await session.sql`
        SELECT i, repeat('x', CAST(i % 50 AS INTEGER)) AS s
        FROM range(1000000) AS r(i) ORDER BY (i * 7919) % 1000003`;
      const stored = await storedAgain(session, table, join(folder, "million.parquet"));
      return outOfOrder(stored, "i", (i) => (i * 7919) % 1_000_003);
    },
    gives: "1000000 rows, 0 of them out of order",
  },
  {
    name: "Two thousand columns keep their rows' order",
    ask: async (session, folder) => {
      const columns = Array.from({ length: 2_000 }, (_, c) => `i + ${c} AS c${c}`).join(", ");
      const text = `SELECT i, ${columns} FROM range(400) AS r(i) ORDER BY (i * 31) % 401`;
      const table = await session.sql(Object.assign([text], { raw: [text] }));
      const stored = await storedAgain(session, table, join(folder, "wide.parquet"));
      return outOfOrder(stored, "i", (i) => (i * 31) % 401);
    },
    gives: "400 rows, 0 of them out of order",
  },
  {
    name: "The first rows of a stored table are those of its order",
    ask: async (session, folder) => {
      const table = await session.sql`SELECT i FROM range(100000) AS r(i) ORDER BY i DESC`;
      const stored = await storedAgain(session, table, join(folder, "first.parquet"));
      return (await stored.rows(3)).map(({ i }) => i).join(", ");
    },
    gives: "99999, 99998, 99997",
  },
  {
    name: "Stages keep the order of the rows that they are given",
    ask: async (session, folder) => {
      const table = await session.sql`
        SELECT i, CAST(i AS STRING) AS s FROM range(50000) AS r(i) ORDER BY (i * 31) % 50021`;
      const stored = await storedAgain(session, table, join(folder, "stages.parquet"));
      const made = await session.transform(stored, [
        { stage: "Tokenizer", inputCol: "s", outputCol: "words" },
      ]);
      const again = await storedAgain(session, made, join(folder, "stages-made.parquet"));
      return outOfOrder(again, "i", (i) => (i * 31) % 50_021);
    },
    gives: "50000 rows, 0 of them out of order",
  },
  {
    name: "A table of rows keeps their order",
    ask: async (session, folder) => {
      const table = await session.fromRows(
        [{ name: "i", type: "integer" }],
        Array.from({ length: 20_000 }, (_, n) => ({ i: (n * 31) % 20_011 })),
      );
      const query = await session.sql`SELECT i, i AS j FROM ${table} ORDER BY i`;
      const [first, second] = [
        await storedAgain(session, table, join(folder, "rows.parquet")),
        await storedAgain(session, query, join(folder, "sorted.parquet")),
      ];
      const inOrder = (await first.rows()).every(({ i }, n) => i === (n * 31) % 20_011);
      return `${inOrder}; ${await outOfOrder(second, "i", (i) => i)}`;
    },
    gives: "true; 20000 rows, 0 of them out of order",
  },
  {
    name: "Digests tell tables apart that differ in a microsecond, in their order or in nulls, and only those",
    ask: async (session, folder) => {
      let file = 0;
      const digest = async (text: string) => {
        const table = await session.sql(Object.assign([text], { raw: [text] }));
        return session.digest(await table.handle(() => join(folder, `digest-${file++}.parquet`)));
      };
      const rows = "FROM (VALUES (1, NULL), (2, 'b')) v(a, b)";
      const texts = [
        "SELECT TIMESTAMP '2026-01-01 00:00:00.000001' AS x",
        "SELECT TIMESTAMP '2026-01-01 00:00:00.000002' AS x",
        "SELECT i FROM range(50000) AS r(i) ORDER BY i",
        "SELECT i FROM range(50000) AS r(i) ORDER BY i DESC",
        `SELECT a, b ${rows} ORDER BY a`,
        `SELECT a, coalesce(b, '') AS b ${rows} ORDER BY a`,
      ];
      const digests: string[] = [];
      for (const text of [...texts, ...texts]) digests.push(await digest(text));
      const [once, again] = [digests.slice(0, texts.length), digests.slice(texts.length)];
      return `${new Set(once).size} of ${texts.length}; again ${once.filter((each, i) => each === again[i]).length}`;
    },
    gives: "6 of 6; again 6",
  },
];

/** A table as the next task has it. */
async function storedAgain(session: Session, table: Table, file: string): Promise<Table> {
  return session.table(structuredClone(await table.handle(() => file)));
}

/** How many rows come after one that they should come before. */
async function outOfOrder(table: Table, column: string, rank: (value: number) => number): Promise<string> {
  let last = Number.NEGATIVE_INFINITY;
  let count = 0;
  let wrong = 0;
  for await (const batch of table.batches())
    for (const row of batch) {
      const at = rank(Number(row[column]));
      if (at < last) wrong++;
      last = at;
      count++;
    }
  return `${count} rows, ${wrong} of them out of order`;
}
