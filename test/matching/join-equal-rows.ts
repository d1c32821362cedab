import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";

/** A process that joins equal rows by a session, looks at the result, and says how much memory it took. */
const [folder = "", rows, method, nearest] = process.argv.slice(2);
const session = openDuckDb({ folder });
const side = (id: string) =>
  session.fromRows(
    [
      { name: id, type: "integer" },
      { name: "features", type: "array<integer>" },
    ],
    Array.from({ length: Number(rows) }, (_, row) => ({ [id]: row, features: [1, 2, 3] })),
  );
const pairs = await session.similarityJoin(await side("l"), await side("r"), {
  featuresCol: "features",
  leftId: "l",
  rightId: "r",
  maxDistance: 0.5,
  method: method === "exact" ? { name: "exact" } : { name: "minhash", numHashTables: 3, seed: 1 },
  nearestOnly: nearest === "nearest",
});
const handle = await pairs.handle(() => `${folder}/pairs.parquet`);
const numbered =
  await session.sql`SELECT l, r, row_number() OVER () - 1 AS place FROM ${session.table(handle)}`;
const wrong = await session.sql`SELECT count(*) AS n FROM ${numbered} WHERE l * ${Number(rows)} + r <> place`;
const [row] = await wrong.rows();
console.log(await pairs.count(), "pairs,", Number(row?.n), "out of order");
await session.close();
console.error(process.resourceUsage().maxRSS);
