import assert from "node:assert/strict";
import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import { cli, makeRoom, removeRoom, text } from "../cli/cli.ts";

const definitions = `import { allowFailure, artifact, flow, log, resource, task } from "millrace";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
const a = task("A", (...values: unknown[]) => values);
const b = task("B", (...values: unknown[]) => values);
const db = resource({ name: "db", setup: (url: string) => ({ url, query: async () => [1], rows: [1, 2] }) });
const sub = flow(
  { name: "Sub", parameters: z.object({ n: z.number(), label: z.string().default("x"), from: z.custom<object>().optional() }) },
  async ({ n, label, from }) => {
    a(from, n, label);
  },
);
`;

describe("previewing a flow", () => {
  let room = "";
  afterEach(() => removeRoom(room));

  /** The graph of a body with `a`, `b`, `db` and `sub` at hand, as text. */
  async function preview(
    body: string,
    given: Record<string, unknown> = {},
    parameters = "z.object({})",
  ): Promise<string> {
    room = makeRoom({
      "main.flow.ts": `${definitions}export default flow({ name: "Main", parameters: ${parameters} }, async (p) => {\n${body}\n});\n`,
    });
    const args = ["graph", "main", "--json", "--parameters", JSON.stringify(given)];
    const graph: FlowGraph = JSON.parse((await cli(args, { cwd: room })).stdout);
    return [
      ...graph.nodes.map(({ id, kind, parent, mapped }) =>
        [kind, id, parent && `in ${parent}`, mapped && `${mapped.index} of ${mapped.group}`]
          .filter(Boolean)
          .join(" "),
      ),
      ...graph.edges.map(({ from, to, argument, allowFailure }) =>
        [`${from} -> ${to}`, argument, allowFailure && "may fail"].filter(Boolean).join(" "),
      ),
      ...(graph.standIns === undefined ? [] : [`made up: ${graph.standIns.join(", ")}`]),
      ...(graph.partial === undefined ? [] : [`partial: ${graph.partial}`]),
      ...(graph.error === undefined ? [] : [`error: ${graph.error.stack ?? graph.error.message}`]),
    ]
      .join("\n")
      .replaceAll(room, "");
  }

  it("draws each task run of a fold, over the one before", async () => {
    assert.equal(
      await preview(`
        const days = ["mon", "tue", "wed"];
        const all = a.reduce(days, b(), "rest");
        b(a.reduce([], all), await a.reduce([], "first"));`),
      text`
        task B-0
        task A-0
        task A-1
        task A-2
        task B-1
        B-0 -> A-0 [0]
        A-0 -> A-1 [0]
        A-1 -> A-2 [0]
        A-2 -> B-1 [0]`,
    );
  });

  it("draws where values go, what only waits, and what may fail", async () => {
    assert.equal(
      await preview(`
        const first = a(1);
        b({ deep: [0, first] }, allowFailure(first));
        b.withOptions({ waitFor: [first] })(2);
        b.map([first, 3], first);
        log.info("not told");
        await artifact.markdown("not", "kept");`),
      text`
        task A-0
        task B-0
        task B-1
        task B-2 0 of B[]-0
        task B-3 1 of B[]-0
        A-0 -> B-0 [0].deep[1]
        A-0 -> B-0 [1] may fail
        A-0 -> B-1
        A-0 -> B-2 [0]
        A-0 -> B-2 [1]
        A-0 -> B-3 [1]`,
    );
  });

  it("leaves a map open where what it is over isn't there yet", async () => {
    assert.equal(
      await preview(`
        const mapped = a.map(b.map(a(1)), 2);
        b(mapped);
        a.map(new Set([1, 2]), mapped);
        a.map(3);`),
      text`
        task A-0
        map B[]-0
        map A[]-0
        task B-0
        task A-1 0 of A[]-1
        task A-2 1 of A[]-1
        A-0 -> B[]-0 [0]
        B[]-0 -> A[]-0 [0]
        A[]-0 -> B-0 [0]
        A[]-0 -> A-1 [1]
        A[]-0 -> A-2 [1]
        error: TypeError: task 'A' can't be mapped over its arguments: it is a number (3), and no list.
            at <anonymous> (/main.flow.ts:18:11)`,
    );
  });

  it("ends at the first await of a result, with what is called beside it", async () => {
    assert.equal(
      await preview(`
        const first = a(1);
        await Promise.all([first, b(first)]);
        a(2);`),
      text`
        task A-0
        task B-0
        A-0 -> B-0 [0]
        partial: The body of 'Main' awaits 'A-0', called at /main.flow.ts:15:23: what comes after may depend on its result.`,
    );
  });

  it("ends where a state is awaited", async () => {
    assert.match(
      await preview("if ((await a(1).state()).type === 'FAILED') b(1);"),
      /^task A-0\npartial: .* awaits 'A-0'/,
    );
  });

  it("goes on after an await of what is no result", async () => {
    assert.equal(await preview("a(1); await delay(5); b(2);"), "task A-0\ntask B-0");
  });

  it("waits two seconds for what is no result", async () => {
    assert.equal(
      await preview("a(1); await delay(60_000, undefined, { ref: false }); b(2);"),
      "task A-0\npartial: The body of 'Main' awaits something that is no task's result and hasn't come within 2 s.",
    );
  });

  it("passes a resource on, its properties too, and closes it at the end", async () => {
    assert.equal(
      await preview(`
        await using open = await db("x");
        a(open, open.rows[0]);
        sub({ n: 1, from: open });`),
      text`
        resource db-0
        task A-0
        flow Sub-0
        task Sub-0/A-0 in Sub-0
        db-0 -> A-0
        db-0 -> Sub-0
        db-0 -> Sub-0/A-0`,
    );
  });

  it("ends where a resource is used", async () => {
    assert.equal(
      await preview(`
        const open = await db("x");
        a(await open.query());`),
      text`
        resource db-0
        partial: The body of 'Main' needs db-0.query(), which only a run has.`,
    );
  });

  it("goes into subflows, with values of the right type in place of results", async () => {
    assert.equal(
      await preview("const first = a(1); b(sub({ n: first as never })); sub({ n: 2, label: 'two' });"),
      text`
        task A-0
        flow Sub-0
        task B-0
        flow Sub-1
        task Sub-0/A-0 in Sub-0
        task Sub-1/A-0 in Sub-1
        A-0 -> Sub-0 .n
        Sub-0 -> B-0 [0]
        made up: n of Sub-0`,
    );
  });

  it("lets parameters decide, and makes up those that are missing", async () => {
    const schema = "z.object({ many: z.int().min(2), name: z.string().default('x') })";
    const body = "for (let i = 0; i < p.many; i++) a(p.name);";
    assert.equal(await preview(body, { many: 3 }, schema), "task A-0\ntask A-1\ntask A-2");
    removeRoom(room);
    assert.equal(await preview(body, {}, schema), "task A-0\ntask A-1\nmade up: many");
  });

  it("tells what a body throws, with what was called before", async () => {
    assert.equal(
      await preview("a(1); throw new RangeError('no');"),
      text`
        task A-0
        error: RangeError: no
            at <anonymous> (/main.flow.ts:14:13)`,
    );
  });

  it("tells what can't cross to a thread, as a run does", async () => {
    assert.equal(
      await preview("a({ f: [() => 1] });"),
      "error: Task 'A': argument at [0].f[0] is a function, which can't go to another thread: pass the data that it works on.",
    );
  });

  it("tells of a task that no thread would find", async () => {
    assert.match(
      await preview("task('Late', () => 1)();"),
      /^error: UserError: The task 'Late' is defined while the flow runs, where no worker thread can find it\./,
    );
  });
});
