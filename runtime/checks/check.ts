import { currentContext } from "../authoring/context.ts";
import { definitionOf } from "../authoring/definition.ts";
import { log } from "../authoring/log.ts";
import { defineTask, type Task, type TaskOptions } from "../authoring/task.ts";
import { UserError } from "../errors/user-error.ts";
import { type CheckArtifact, checkOutcome } from "../events/artifacts.ts";
import type { Session } from "../tables/session.ts";
import { type Found, isSession, lookForViolations } from "./look-for-violations.ts";

export interface CheckOptions extends Omit<TaskOptions, "cache"> {
  /**
   * What violations do: `error` (default) fails the check's task run, so that what takes its result isn't run; `warn`
   * only tells, in the log and wherever the run is shown.
   */
  readonly severity?: "error" | "warn";
  /** How many of the rows that violate it are kept, 1 to 1,000. Default 20. */
  readonly limit?: number;
}

/** What a check returns: what it was given first, a session aside. */
export type Passed<Args extends readonly unknown[]> = Args extends readonly [infer First, ...infer Rest]
  ? First extends Session
    ? Passed<Rest>
    : First
  : undefined;

/** A check of severity `error` found violations. */
export class CheckError extends UserError {
  override readonly name = "CheckError";
  /** Undefined where the check says only whether it holds. */
  readonly violations: number | undefined;

  constructor(message: string, violations?: number) {
    super(message);
    this.violations = violations;
  }
}

/** Characters of a row that an error shows. */
const shownOfRow = 200;

/**
 * Defines a check of data, at the top level of a module: a task that looks for what violates it, publishes what it found,
 * and returns what it was given first, so that what comes after it can take that from it:
 *
 *     const titled = check("No title is missing", (movies: Table) => sql`SELECT * FROM ${movies} WHERE title IS NULL`);
 *     ...
 *     const clean = titled(movies);
 *
 * The function gives the rows that violate it, as a table, a query or an array; how many there are; or whether it holds.
 * @throws {TypeError} for what is no function, and for options that make no sense.
 */
export function check<Args extends readonly unknown[]>(
  nameOrOptions: string | CheckOptions,
  fn: (...args: Args) => Found | Promise<Found>,
): Task<Args, Promise<Passed<Args>>> {
  const options: CheckOptions = typeof nameOrOptions === "string" ? { name: nameOrOptions } : nameOrOptions;
  const { name, severity = "error", limit = 20 } = options;
  // Whoever writes JavaScript, or thinks of another tool, can give anything.
  if (typeof fn !== "function")
    throw new TypeError(
      `check '${name}': its second argument is a function of what it checks, at the top level of a module: check(${JSON.stringify(name)}, (table: Table) => sql\`SELECT * FROM \${table} WHERE ...\`). Call what it returns in the flow's body, with the table.`,
    );
  if (severity !== "error" && severity !== "warn")
    throw new TypeError(`check '${name}': severity is ${JSON.stringify(severity)}; give "error" or "warn".`);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= 1_000))
    throw new RangeError(`check '${name}': limit is ${limit}; give a whole number from 1 to 1,000.`);
  const body = async (...args: Args): Promise<Passed<Args>> => {
    const passed = args.find((arg) => !isSession(arg));
    const found = await lookForViolations(name, await fn(...args), args, passed, limit);
    await tell(name, { kind: "check", severity, ...found });
    return passed as Passed<Args>; // as that type has it
  };
  return defineTask({ options, fn: body, isCheck: true, ...definitionOf(check) }, body);
}

/** @throws {CheckError} for violations of severity `error`. */
async function tell(name: string, content: CheckArtifact): Promise<void> {
  const context = currentContext();
  const outcome = checkOutcome(content);
  // Each of a map's runs, and each call, has a result of its own.
  const run = context?.kind === "task" ? context.taskRun : name;
  await context?.publish({ key: `check ${run}`, title: name, description: `${outcome}.`, content });
  const [first] = content.rows;
  const row = first && Object.fromEntries(content.columns.map((column, i) => [column.name, first[i]]));
  const example = row === undefined ? "" : `, such as ${shortened(JSON.stringify(row))}`;
  if (content.passed) context?.log("INFO", `Check '${name}': ${outcome}.`);
  else if (content.severity === "warn") log.warn("%s", `Check '${name}': ${outcome}${example}.`);
  else throw new CheckError(`Check '${name}': ${outcome}${example}.`, content.violations);
}

function shortened(text: string): string {
  return text.length <= shownOfRow ? text : `${text.slice(0, shownOfRow - 1)}…`;
}
