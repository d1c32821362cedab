// npm run bench -- read-csv FILE.csv COLUMN:TYPE ... [--runs 5]
// What reading columns of a CSV file by our rules takes of what DuckDB's reading by their types takes, in one process in
// turn, each time by a session of its own: e.g. ratings.csv movieId:long rating:double. Ratios are pair by pair; the
// median, the smallest and the largest of the time, and of the processor's time (user and system).
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readCsvHeader } from "../../runtime/tables/duckdb/csv-header.ts";
import { csvValueRule } from "../../runtime/tables/duckdb/csv-values.ts";
import { Engine } from "../../runtime/tables/duckdb/engine.ts";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { literal, pathLiteral, quoted } from "../../runtime/tables/duckdb/quoting.ts";
import type { CsvOptions, CsvType } from "../../runtime/tables/session.ts";
import { median, round, spread } from "./cold-run.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "5" } },
});
const [given, ...wanted] = positionals;
if (given === undefined || wanted.length === 0) throw new Error("Name a CSV file and COLUMN:TYPE of it.");
const path = resolve(given);
const columns: CsvOptions["columns"] = Object.fromEntries(
  wanted.map((text) => {
    const [, name = "", type = ""] = /^(.*):([^:]+)$/.exec(text) ?? [];
    return [name, type as CsvType]; // readCsv says what is none
  }),
);
const aggregates = Object.entries(columns)
  .map(([name, type]) => `${/integer|long|double|decimal/.test(type) ? "sum" : "count"}(${quoted(name)})`)
  .join(", ");

const pairs: { readonly ours: Took; readonly theirs: Took }[] = [];
await byTypes(); // warms the file cache
for (let i = 0; i < Number(values.runs); i++) pairs.push({ ours: await byRules(), theirs: await byTypes() });
console.log(
  JSON.stringify({
    bench: "read-csv",
    file: basename(path),
    columns,
    runs: pairs.length,
    millrace: took(pairs.map(({ ours }) => ours)),
    duckdb: took(pairs.map(({ theirs }) => theirs)),
    ratio: spread(pairs.map(({ ours, theirs }) => ours.seconds / theirs.seconds)),
    cpuRatio: spread(pairs.map(({ ours, theirs }) => ours.cpu / theirs.cpu)),
  }),
);

interface Took {
  readonly seconds: number;
  readonly cpu: number;
}

async function byRules(): Promise<Took> {
  await using session = openDuckDb({ folder: dirname(path) });
  await (await session.sql`SELECT 1 AS opened`).rows();
  return await timed(async () => {
    const table = await session.readCsv(path, { columns });
    const texts = [`SELECT ${aggregates} FROM `, ""];
    await (await session.sql(Object.assign(texts, { raw: texts }), table)).rows();
  });
}

async function byTypes(): Promise<Took> {
  const { fields, delimiter, quote } = await readCsvHeader(path, basename(path), { columns });
  const types = fields.map(
    ({ name, type }) => `${literal(name)}: '${csvValueRule(type)?.engineType ?? "VARCHAR"}'`,
  );
  const options = `auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = ${literal(quote ?? "")}`;
  const sql = `SELECT ${aggregates} FROM read_csv(${pathLiteral(path)}, ${options}, columns = {${types.join(", ")}})`;
  const engine = new Engine({ folder: dirname(path) });
  try {
    await engine.use(async () => {}); // opens it
    return await timed(() => engine.use((connection) => connection.runAndReadAll(sql)));
  } finally {
    await engine.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<Took> {
  const before = process.cpuUsage();
  const begin = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6 };
}

function took(all: readonly Took[]) {
  return {
    seconds: round(median(all.map(({ seconds }) => seconds))),
    cpuSeconds: round(median(all.map(({ cpu }) => cpu)), 2),
  };
}
