import type { z } from "zod";
import { requireFlow, shared } from "./context.ts";
import { type Definition, definitionOf } from "./definition.ts";
import type { Input, RunFuture } from "./future.ts";

export interface FlowOptions<Parameters extends z.ZodObject = z.ZodObject> {
  /** What the command line and VS Code know it by. */
  readonly name: string;
  /** What its help and its form say of it. Default: nothing. */
  readonly description?: string;
  /** One schema gives validation, the command line's options and the form in VS Code. Default: it takes none. */
  readonly parameters?: Parameters;
  /**
   * Name of its runs, made of their parameters, instead of one at random: `"ledger-{from}"`, or a function. What can't
   * stand in a folder's name becomes `-`; secret parameters are masked. Default: two words at random.
   */
  readonly runName?: string | ((parameters: { readonly [name: string]: unknown }) => string);
  /** By which its runs can be found: `millrace runs --tag`. Default: none. */
  readonly tags?: readonly string[];
  /** How many task runs with a tag may run at the same time. Default: as many as can run. */
  readonly concurrency?: { readonly [tag: string]: number };
  /**
   * How often task runs with a tag may start, evenly: `{ api: { perSecond: 5 } }` every 200 ms, `{ perSecond: 1 / 60 }`
   * once a minute. Retries count. Default: as often as they can.
   */
  readonly rate?: { readonly [tag: string]: { readonly perSecond: number } };
  /** How many worker threads its runs have, where the run doesn't say. Default: one for each processor. */
  readonly threads?: number;
  /** Milliseconds that a run may take before it is ended as TimedOut. Default: as long as it takes. */
  readonly timeout?: number;
}

/** A flow as the runtime sees it. */
export interface FlowDefinition extends Definition {
  readonly options: FlowOptions;
  readonly body: (parameters: never) => unknown;
}

/**
 * A flow. A flow file exports one as its default. Called inside another flow it is a subflow: one node of
 * that flow's graph, with a graph of its own.
 */
export interface Flow<Parameters extends z.ZodObject, Result> {
  (parameters: Input<z.input<Parameters>>): RunFuture<Awaited<Result>>;
  readonly definition: FlowDefinition;
  /** The plain function, for unit tests; parameters are not validated. */
  readonly fn: (parameters: z.output<Parameters>) => Result;
}

/**
 * Defines a flow. The body calls tasks, which returns futures at once; it may be async. An error that it
 * throws is the run's final state, else its task runs' states decide.
 */
export function flow<Parameters extends z.ZodObject = z.ZodObject<Record<never, never>>, Result = unknown>(
  nameOrOptions: string | FlowOptions<Parameters>,
  body: (parameters: z.output<Parameters>) => Result,
): Flow<Parameters, Result> {
  const options: FlowOptions<Parameters> =
    typeof nameOrOptions === "string" ? { name: nameOrOptions } : nameOrOptions;
  if (typeof options.name !== "string" || options.name.trim() === "")
    throw new TypeError("A flow needs a name.");
  if (options.timeout !== undefined && !(options.timeout > 0)) {
    throw new RangeError(`flow '${options.name}': timeout is ${options.timeout}; give milliseconds above 0.`);
  }
  checkSchema(options);
  const { threads = 1 } = options;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 512))
    throw new RangeError(`flow '${options.name}': threads is ${threads}; give a whole number from 1 to 512.`);
  for (const [tag, limit] of Object.entries(options.concurrency ?? {})) {
    if (!(Number.isInteger(limit) && limit > 0)) {
      throw new RangeError(
        `flow '${options.name}': the concurrency of '${tag}' is ${limit}; give a whole number from 1.`,
      );
    }
  }
  for (const [tag, { perSecond }] of Object.entries(options.rate ?? {})) {
    if (!(perSecond > 0 && perSecond <= 1_000))
      throw new RangeError(
        `flow '${options.name}': the rate of '${tag}' is ${perSecond} a second; give a number above 0, up to 1000.`,
      );
  }
  const definition: FlowDefinition = { options, body, ...definitionOf(flow) };
  shared.flows.push(definition);
  const call = (input: unknown) =>
    requireFlow(
      `The flow '${options.name}' was called`,
      "Run it by `millrace run`, or call its plain function, `.fn(...)`.",
    ).subflow(definition, input) as RunFuture<Awaited<Result>>; // the runtime settles it with what the body returns
  return Object.assign(call, { definition, fn: body });
}

/** @throws {TypeError} for a schema that isn't one of zod 4's: of zod 3's nothing can be read. */
function checkSchema({ name, parameters }: { readonly name: string; readonly parameters?: unknown }): void {
  if (parameters === undefined) return;
  const { _zod: ofFour, _def: ofThree, shape } = parameters as { readonly [name: string]: unknown }; // it may be anything
  if (typeof ofFour === "object" && typeof shape === "object") return;
  const advice =
    typeof ofFour === "object"
      ? "give z.object({ ... }), without a transform around it"
      : ofThree !== undefined
        ? 'they are of zod 3: install zod 4 (npm install zod@4), or, with zod 3.25, import it from "zod/v4"'
        : "give z.object({ ... }) of zod 4";
  throw new TypeError(`flow '${name}': its parameters are no object of zod 4; ${advice}.`);
}

/** Whether a module's default export is a flow. */
export function isFlow(value: unknown): value is Flow<z.ZodObject, unknown> {
  return typeof value === "function" && "definition" in value && typeof value.definition === "object";
}
