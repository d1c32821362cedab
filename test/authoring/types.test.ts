import assert from "node:assert/strict";
import { expectTypeOf } from "expect-type";
import {
  allowFailure,
  flow,
  type Resource,
  type RunFailure,
  type RunFuture,
  resource,
  type State,
  task,
  unmapped,
} from "millrace";
import { z } from "zod";

// What is checked here is checked by the compiler: the flow's body is never run.

class Table {
  readonly columns: readonly string[] = [];
  async count(): Promise<number> {
    return this.columns.length;
  }
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface Options {
  readonly limit: number;
  readonly columns?: readonly string[];
  readonly nested: { readonly by: readonly [string, number] };
}

const load = task("Load", async (path: string, limit?: number) => ({ path, rows: [limit ?? 0] }));
const sum = task("Sum", (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0));
const join = task("Join", (first: string, ...rest: number[]) => `${first}${rest.join()}`);
const configure = task("Configure", (_: Options) => true as const);
const useTable = task(
  "Use table",
  (_table: Table, _tables: readonly Table[], _named: { readonly left: Table }) => new Table(),
);
const parse = task("Parse", (_: Json): Json => null);
const anything = task("Anything", (_: unknown) => undefined);
const either = task("Either", (_: number | RunFailure) => 1);
const generic = task(
  "Mapped",
  (_: ReadonlyMap<string, number>, __: Date, ___: Float64Array) => new Float64Array(1),
);
const session = resource({ name: "session", setup: (url: string) => ({ url }), teardown: () => {} });
const attached = resource({
  name: "attached",
  setup: async (start: number, by?: number) => ({ start, by: by ?? 1 }),
  attach: ({ start, by }) => ({ next: () => start + by }),
});
const query = task("Query", (_: { url: string }) => 1);
const inner = flow(
  { name: "Inner", parameters: z.object({ n: z.string().transform(Number), by: z.number().default(1) }) },
  ({ n, by }) => {
    expectTypeOf(n).toEqualTypeOf<number>();
    expectTypeOf(by).toEqualTypeOf<number>();
    return sum([n, by]);
  },
);
function overloaded(value: string): string;
function overloaded(value: number): number;
function overloaded(value: string | number): string | number {
  return value;
}
const twice = task("Overloaded", overloaded);

const body = async () => {
  // A future's type is what the task's function returns, awaited.
  const loaded = load("a");
  expectTypeOf(loaded).toEqualTypeOf<RunFuture<{ path: string; rows: number[] }>>();
  expectTypeOf(await loaded).toEqualTypeOf<{ path: string; rows: number[] }>();
  expectTypeOf(await loaded.state()).toEqualTypeOf<State>();
  expectTypeOf(useTable.fn).returns.toEqualTypeOf<Table>();
  expectTypeOf(load.fn("a")).resolves.toEqualTypeOf<{ path: string; rows: number[] }>();

  // @ts-expect-error a number is no path
  load(1);
  // @ts-expect-error an argument is missing
  load();
  // @ts-expect-error one too many
  load("a", 1, 2);
  // @ts-expect-error a future of a number is no path
  load(sum([1]));
  load(join("a", 1, sum([2])), sum([3]));
  load("a", undefined);
  join("a");
  // @ts-expect-error the rest are numbers
  join("a", "b");

  // Futures inside arrays and plain objects.
  sum([1, sum([2]), await sum([3])]);
  // @ts-expect-error the future of another type inside an array
  sum([1, join("a")]);
  configure({ limit: sum([1]), columns: ["a", join("b")], nested: { by: [join("c"), sum([1])] } });
  configure({ limit: 1, nested: { by: task("By", (): [string, number] => ["a", 1])() } });
  // @ts-expect-error a property is missing
  configure({ limit: sum([1]) });
  // @ts-expect-error a property of another type
  configure({ limit: join("a"), nested: { by: ["a", 1] } });
  parse({ a: [1, parse(null), { b: join("x") }] });
  anything(loaded);
  anything({ any: [loaded, new Table()] });

  // Instances of classes pass as themselves, in whole or as the future of one.
  const table = new Table();
  const futureTable = useTable(table, [table], { left: table });
  expectTypeOf(futureTable).toEqualTypeOf<RunFuture<Table>>();
  useTable(futureTable, [table, futureTable], { left: futureTable });
  // @ts-expect-error no table, though it has its property
  useTable({ columns: [] }, [], { left: table });
  // @ts-expect-error the parts of a table are not futures
  useTable({ columns: loaded, count: () => Promise.resolve(1) }, [], { left: table });
  generic(new Map([["a", 1]]), new Date(), new Float64Array(1));
  generic(
    task("M", () => new Map([["a", 1]]))(),
    task("D", () => new Date())(),
    generic(new Map(), new Date(), new Float64Array(1)),
  );

  // map: one argument of each, the others for all.
  expectTypeOf(load.map(["a", join("b")], 3)).toEqualTypeOf<RunFuture<{ path: string; rows: number[] }>[]>();
  load.map(["a"]);
  // @ts-expect-error items of another type
  load.map([1]);
  // @ts-expect-error another type for all
  load.map(["a"], "b");
  sum(sum.map([[1], [2, sum([3])]]));

  // map over what isn't there yet is one future; lists are zipped, or whole where they are unmapped.
  const pathsLater = task("Paths", () => ["a", "b"])();
  const mapped = load.map(pathsLater, 3);
  expectTypeOf(mapped).toEqualTypeOf<RunFuture<{ path: string; rows: number[] }[]>>();
  const second = task("Second", (session: Table, path: string) => [session, path].length);
  expectTypeOf(second.map(table, pathsLater)).toEqualTypeOf<RunFuture<number[]>>();
  expectTypeOf(second.map(table, ["a"])).toEqualTypeOf<RunFuture<number>[]>();
  expectTypeOf(load.map(new Set(["a"]), [1, sum([1])])).toEqualTypeOf<
    RunFuture<{ path: string; rows: number[] }>[]
  >();
  sum.map([[1]]);
  sum.map(unmapped([1]));
  // @ts-expect-error the future of a list of another type
  load.map(task("Numbers", () => [1])());
  // @ts-expect-error the future of no list
  load.map(task("Number", () => 1)());

  // A cache's key is given what the task is.
  task(
    { name: "Keyed", cache: { key: (day, n) => [day.length, n.toFixed()] } },
    (day: string, n: number) => day + n,
  );
  // @ts-expect-error no argument is so
  task({ name: "Keyed", cache: { key: (day: Date) => day } }, (day: string) => day);
  load.withOptions({ cache: { key: (path) => path.length, refresh: true } });

  // Options of calls.
  expectTypeOf(
    load.withOptions({ retries: 2, waitFor: [loaded], tags: ["io"], timeout: 5, cache: { expires: 1 } }),
  ).toEqualTypeOf<typeof load>();
  // @ts-expect-error a name is a task's for good
  load.withOptions({ name: "Other" });
  // @ts-expect-error a value is no future
  load.withOptions({ waitFor: [1] });

  // What may have failed has to be dealt with.
  const allowed = allowFailure(sum([1]));
  expectTypeOf(allowed).toEqualTypeOf<RunFuture<number | RunFailure>>();
  either(allowed);
  either(sum([1]));
  // @ts-expect-error a task that wants a number doesn't take a failure
  sum([allowed]);

  // Subflows take their parameters' input types, and give what their body returns.
  expectTypeOf(inner({ n: "1" })).toEqualTypeOf<RunFuture<number>>();
  inner({ n: join("1"), by: sum([1]) });
  // @ts-expect-error the parameter's input is a string
  inner({ n: 1 });
  // @ts-expect-error no such parameter
  inner({ n: "1", other: 1 });

  // Resources: without attach the handle itself, with it what that makes.
  await using opened = await session("http://x");
  expectTypeOf(opened).toEqualTypeOf<{ url: string } & AsyncDisposable>();
  query(opened);
  // @ts-expect-error it needs its url
  await session();
  await using counter = await attached(1);
  expectTypeOf(counter.next()).toEqualTypeOf<number>();
  expectTypeOf(attached).toEqualTypeOf<Resource<[start: number, by?: number], { next: () => number }>>();
  // @ts-expect-error what is attached is no handle
  query(counter);

  // Of overloads the last counts, as everywhere in TypeScript.
  expectTypeOf(twice(1)).toEqualTypeOf<RunFuture<number>>();
};

describe("types of flows", () => {
  it("are checked by the compiler", () => {
    assert.equal(typeof body, "function");
    // @ts-expect-error a flow needs a name
    assert.throws(() => flow({}, () => {}), TypeError);
    // @ts-expect-error no such option
    task({ name: "T", retry: 1 }, () => 1);
    // @ts-expect-error a resource without attach is an object
    resource({ name: "r", setup: () => 1 });
  });
});
