import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { parseColumnType } from "../column-types.ts";
import type { Row, Table } from "../session.ts";
import { TableError } from "../table-error.ts";
import { type CopyField, copyField, UnstorableError } from "./copy-text.ts";
import { loadDriver } from "./driver.ts";
import { serverType } from "./server-types.ts";
import type { WriteMode } from "./write-mode.ts";

/** Names of tables and columns are cut off by the server after so many bytes, without an error. */
const longestName = 63;

interface CopyColumn {
  readonly name: string;
  readonly sqlType: string;
  readonly field: CopyField;
}

/**
 * Writes all rows in one transaction: others see the old table until it has ended, then the new one.
 * @param name `table` or `schema.table`.
 * @returns how many rows were written.
 */
export async function writeTable(
  client: Client,
  { name, table, mode }: { readonly name: string; readonly table: Table; readonly mode: WriteMode },
  signal: AbortSignal,
): Promise<number> {
  const target = tableName(name);
  const columns = table.columns.map(({ name: column, type }): CopyColumn => {
    checkName(column, `The column '${column}'`);
    const parsed = parseColumnType(type);
    return { name: column, sqlType: serverType(parsed), field: copyField(parsed) };
  });
  await client.query("BEGIN");
  // Of two that write the same table one waits for the other.
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [target.quoted]);
  const into = mode === "append" ? target.quoted : target.fresh;
  const list = columns.map(({ name: column, sqlType }) => `${identifier(column)} ${sqlType}`).join(", ");
  const existing = mode === "append" ? "IF NOT EXISTS " : "";
  await client.query(`CREATE TABLE ${existing}${into} (${list})`);
  const count = await copy(client, into, columns, lines(columns, table, name), signal);
  if (mode === "overwrite") {
    await client.query(`DROP TABLE IF EXISTS ${target.quoted}`);
    await client.query(`ALTER TABLE ${into} RENAME TO ${target.name}`);
  }
  await client.query("COMMIT");
  return count;
}

async function copy(
  client: Client,
  into: string,
  columns: readonly CopyColumn[],
  text: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<number> {
  const { copyFrom } = await loadDriver();
  const names = columns.map((column) => identifier(column.name)).join(", ");
  const stream = client.query(copyFrom(`COPY ${into} (${names}) FROM STDIN`));
  await pipeline(Readable.from(text, { objectMode: false }), stream, { signal });
  return stream.rowCount;
}

/** The rows in COPY's text format, a batch at a time. */
async function* lines(columns: readonly CopyColumn[], table: Table, name: string): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const batch of table.batches({ timestamps: "microseconds" })) {
    let text = "";
    for (const row of batch) {
      done++;
      text += `${line(columns, row, done, name)}\n`;
    }
    yield Buffer.from(text);
  }
}

function line(columns: readonly CopyColumn[], row: Row, number: number, name: string): string {
  let text = "";
  for (const [i, column] of columns.entries()) {
    if (i > 0) text += "\t";
    try {
      text += column.field(row[column.name] ?? null);
    } catch (error) {
      if (!(error instanceof UnstorableError)) throw error;
      throw new TableError(
        `Writing ${name}: column '${column.name}' of row ${number} (${firstOf(columns, row)}) has ${error.message}, which PostgreSQL can't hold. Take it out of the value before writing. Nothing was written.`,
      );
    }
  }
  return text;
}

/** What a row is known by: its first column. */
function firstOf(columns: readonly CopyColumn[], row: Row): string {
  const name = columns[0]?.name ?? "";
  return `${name} ${JSON.stringify(row[name] ?? null, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))}`;
}

interface TableName {
  /** With its schema, quoted. */
  readonly quoted: string;
  /** Without its schema, quoted. */
  readonly name: string;
  /** Of the table that takes its place. */
  readonly fresh: string;
}

function tableName(text: string): TableName {
  const parts = text.split(".");
  const name = parts.pop() ?? "";
  if (parts.length > 1 || name === "" || parts[0] === "")
    throw new TableError(`'${text}' names no table. Write it as table, or as schema.table.`);
  checkName(name, `The table '${name}'`);
  const schema = parts[0] === undefined ? "" : `${identifier(parts[0])}.`;
  const fresh = identifier(`millrace_new_${randomBytes(8).toString("hex")}`);
  return { quoted: schema + identifier(name), name: identifier(name), fresh: schema + fresh };
}

function checkName(name: string, what: string): void {
  if (name === "" || name.includes("\0") || Buffer.byteLength(name) > longestName)
    throw new TableError(`${what} can't be one of PostgreSQL's: names there have 1 to ${longestName} bytes.`);
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
