import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";

/** A process of its own that sends a CSV file to a server which keeps tables in a storage, and says what arrived. */
const [session = "", folder = "", file = ""] = process.argv.slice(2);
const url = parseSessionUrl(session) as SparkUrl; // sc://
await using spark = openSpark({ url, folder });
const table = await spark.readCsv(file, { columns: { id: "long", text: "string" } });
// Twice, and sent once.
const [row] = await (
  await spark.sql`
    SELECT count(*) AS n, count(DISTINCT a.id) AS ids, sum(length(a.text)) AS characters
    FROM ${table} a JOIN ${table} b ON a.id = b.id`
).rows();
console.log(JSON.stringify(row));
