import { existsSync, mkdtempSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { currentContext } from "../authoring/context.ts";
import { foldersUpwards } from "../disk/folders-upwards.ts";
import { freshPath } from "../disk/fresh-path.ts";
import { readBelow } from "../disk/read-file.ts";
import { UserError } from "../errors/user-error.ts";
import type { Session, Table } from "../tables/session.ts";
import { isUrl } from "../tables/session-url.ts";
import { type CommandOptions, command, flowFolder } from "./command.ts";
import { filesOfScript, lockFilesOf } from "./python-files.ts";
import { pythonModule } from "./python-module.ts";

export interface PythonOptions extends Omit<CommandOptions, "input"> {
  /**
   * The Python that runs it. Default: MILLRACE_PYTHON; else that of the `.venv` or `venv` beside the script or in the
   * nearest folder above; else `python3` (`python` on Windows).
   */
  readonly python?: string;
  /** Whose tables the outputs are. Default: the session of the first input that is a table. */
  readonly session?: Session;
  /** Arguments of the script. Default: none. */
  readonly args?: readonly string[];
}

/** The most that a script may give back beside tables, bytes. */
const longestOutput = 256 << 20;

/**
 * Runs a Python script in a task, as {@link command} does. Inputs that are tables it gets as Parquet, all others as
 * JSON, and so it gives back what it wants to: in the script, `import millrace`, `millrace.inputs["days"]` (a pandas
 * DataFrame, or what JSON has) and `millrace.output(frame)` or `millrace.output(scores=frame, auc=0.9)`.
 *
 * In a cached task, the script, the modules beside it that it imports, and the lock file of its folder (uv.lock,
 * poetry.lock, pdm.lock, Pipfile.lock, pylock.toml, requirements.txt; or of the nearest folder above) are part of what
 * the result is known by.
 * @param script relative to the folder that the run was started in.
 * @returns what it gave back: tables of the session that the inputs' tables are of; undefined if it gave nothing.
 * @throws {CommandError} for a script that fails, with its traceback; {UserError} for inputs that JSON doesn't have.
 */
export async function python<Output = unknown>(
  script: string,
  inputs: { readonly [name: string]: unknown } = {},
  options: PythonOptions = {},
): Promise<Output> {
  const path = resolve(flowFolder(), script);
  if (!existsSync(path)) throw new UserError(`There is no script ${path}.`);
  noteReads(path);
  const exchange = await exchangeFolder();
  const session = options.session ?? Object.values(inputs).find(isTable)?.session;
  await writeFile(join(exchange, "inputs.json"), await inputsText(inputs, exchange), { mode: 0o600 });
  await mkdir(join(exchange, "module"));
  await writeFile(join(exchange, "module", "millrace.py"), pythonModule);
  const { python = pythonFor(path), args = [], env, cwd } = options;
  const modules = [join(exchange, "module"), env?.PYTHONPATH ?? process.env.PYTHONPATH ?? ""];
  await command([python, path, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: {
      PYTHONUNBUFFERED: "1", // its lines are told while it runs
      PYTHONDONTWRITEBYTECODE: "1",
      ...env,
      PYTHONPATH: modules.filter((folder) => folder !== "").join(delimiter),
      MILLRACE_EXCHANGE: exchange,
    },
  });
  // Whatever the script gave back, its type is the caller's to know.
  return (await outputOf(exchange, script, session)) as Output;
}

function noteReads(script: string): void {
  const context = currentContext();
  if (context?.kind !== "task" || context.reads === undefined) return;
  for (const file of [...filesOfScript(script), ...lockFilesOf(script)]) context.reads.noteFile(file, "all");
}

/** A folder for this call alone, which lives as long as the run: its tables may be read until then. */
async function exchangeFolder(): Promise<string> {
  const context = currentContext();
  const temporary = context?.kind === "task" ? context.temporary : undefined;
  if (temporary === undefined) return mkdtempSync(join(tmpdir(), "millrace-python-"));
  const folder = freshPath(join(temporary, "python"));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** That of the nearest environment, or the system's. */
function pythonFor(script: string): string {
  if (process.env.MILLRACE_PYTHON) return process.env.MILLRACE_PYTHON;
  const inVenv = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const own = [...foldersUpwards(dirname(script))]
    .flatMap((at) => [".venv", "venv"].map((venv) => join(at, venv, ...inVenv)))
    .find(existsSync);
  return own ?? (process.platform === "win32" ? "python" : "python3");
}

type Crossed = { readonly table: string } | { readonly json: unknown };

async function inputsText(inputs: { readonly [name: string]: unknown }, exchange: string): Promise<string> {
  const given: Record<string, Crossed> = {};
  for (const [index, [name, value]] of Object.entries(inputs).entries()) {
    if (isTable(value))
      given[name] = { table: await parquetOf(value, join(exchange, `input-${index}.parquet`)) };
    else if (value !== undefined) given[name] = { json: jsonOf(value, `the input '${name}'`) };
  }
  return JSON.stringify(given);
}

/** A table's rows as they are now, in a file for the script alone. */
async function parquetOf(table: Table, file: string): Promise<string> {
  const copy = await table.session.sql`SELECT * FROM ${table}`;
  const { path } = await copy.handle(() => file, "rows");
  if (isUrl(path))
    throw new UserError(
      `A table can't be handed to a Python script: the session keeps its tables at ${path}, not in files of this machine. Give its rows: await table.rows().`,
    );
  return path;
}

/** A value as JSON has it, all of it: what JSON would leave out or change is an error. */
function jsonOf(value: unknown, what: string): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) return Number(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (Array.isArray(value)) return value.map((item, index) => jsonOf(item ?? null, `${what} at [${index}]`));
  if (typeof value === "object" && isPlain(value)) {
    const properties = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(properties.map(([key, item]) => [key, jsonOf(item, `${what} at .${key}`)]));
  }
  if (isTable(value))
    throw new UserError(`A script can't be given ${what}: a table has to be an input of its own.`);
  const type = typeof value === "object" ? (value.constructor?.name ?? "an object") : typeof value;
  throw new UserError(
    `A script can't be given ${what}: JSON has no value for it (${type} ${String(value)}).`,
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && "writeParquet" in value && "session" in value;
}

async function outputOf(exchange: string, script: string, session: Session | undefined): Promise<unknown> {
  if (!existsSync(join(exchange, "output.json"))) return undefined;
  const text = String(await readBelow(exchange, "output.json", longestOutput));
  // Written by the module above.
  const output = JSON.parse(text) as {
    readonly one?: Crossed;
    readonly named?: { readonly [name: string]: Crossed };
  };
  const crossBack = async (crossed: Crossed): Promise<unknown> => {
    if ("json" in crossed) return crossed.json;
    if (session === undefined)
      throw new UserError(
        `${script} gave a table back, and none of its inputs is one: say whose it is, python(script, inputs, { session }).`,
      );
    const view = await session.readParquet(crossed.table);
    return session.sql`SELECT * FROM ${view}`; // the file ends with the run: what the task returns of it is written
  };
  if (output.one !== undefined) return crossBack(output.one);
  const named: Record<string, unknown> = {};
  for (const [name, crossed] of Object.entries(output.named ?? {})) named[name] = await crossBack(crossed);
  return named;
}
