import { open, readFile, stat } from "node:fs/promises";
import { badRowError, mostRejects } from "../bad-rows.ts";
import { parseColumnType } from "../column-types.ts";
import type { JsonOptions, RejectedRow } from "../session.ts";
import { TableError } from "../table-error.ts";
import { type JsonColumns, scanJsonLines } from "./json-lines.ts";

/** A JSON file as the engine reads it. */
export interface JsonFile {
  readonly path: string;
  readonly shown: string;
  readonly rejects: readonly RejectedRow[];
}

/** The file, or, where bad lines are to be left out, a copy without them. */
export async function goodJson(
  path: string,
  shown: string,
  options: JsonOptions,
  temporary: () => string,
): Promise<JsonFile> {
  if (options.onBadRow !== "reject") return { path, shown, rejects: [] };
  if (!(await isLines(path, options)))
    throw new TableError(
      `${shown}: is an array, of which no rows can be left out. Read it without onBadRow: "reject".`,
    );
  const good = temporary();
  const rejects: RejectedRow[] = [];
  await scanJsonLines(
    path,
    columnsOf(options),
    (bad) => rejects.push({ file: shown, ...bad }) <= mostRejects,
    good,
  );
  if (rejects.length > mostRejects)
    throw new TableError(
      `${shown}: more than ${mostRejects} lines can't be read, the first one line ${rejects[0]?.line}: ${rejects[0]?.reason}.`,
    );
  return { path: rejects.length === 0 ? path : good, shown, rejects };
}

/** The error for the first line that is no row, if the file has lines and one isn't. */
export async function jsonProblem(
  path: string,
  shown: string,
  options: JsonOptions,
): Promise<TableError | undefined> {
  if (!(await isLines(path, options))) return arrayProblem(path, shown);
  let problem: TableError | undefined;
  await scanJsonLines(path, columnsOf(options), (bad) => {
    problem = badRowError(shown, bad);
    return false;
  });
  return problem;
}

/** Files up to so many bytes are read again to find the line of what is no JSON. */
const mostReadAgain = 1 << 28;

async function arrayProblem(path: string, shown: string): Promise<TableError | undefined> {
  if ((await stat(path)).size > mostReadAgain) return undefined;
  const text = await readFile(path, "utf8");
  try {
    JSON.parse(text.replace(/^\ufeff/, ""));
    return undefined;
  } catch (error) {
    const { message } = error as SyntaxError; // JSON.parse throws those
    const told = /position (\d+)/.exec(message)?.[1]; // Node 20 doesn't tell it of all errors
    const place = told ?? (/end of JSON|Unterminated/.test(message) ? text.length : undefined);
    const line = place === undefined ? "" : `:${text.slice(0, Number(place)).split("\n").length}`;
    const said = message.replace(/,? (?:\.\.\.)?".*" is not valid JSON| in JSON.*/s, "");
    return new TableError(`${shown}${line}: is not JSON: ${said}.`);
  }
}

function columnsOf({ columns }: JsonOptions): JsonColumns | undefined {
  return columns && new Map(Object.entries(columns).map(([name, type]) => [name, parseColumnType(type)]));
}

async function isLines(path: string, { format }: JsonOptions): Promise<boolean> {
  if (format !== undefined) return format === "lines";
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1_000), 0, 1_000, 0);
    return !/^\ufeff?\s*\[/.test(buffer.toString("utf8", 0, bytesRead));
  } finally {
    await file.close();
  }
}
