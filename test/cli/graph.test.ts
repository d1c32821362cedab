import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FlowGraph } from "../../runtime/events/flow-graph.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { cli, makeRoom, removeRoom, text, transcript } from "./cli.ts";
import { shop } from "./flows.ts";

describe("millrace run --json", () => {
  it("prints events and nothing else on stdout, whatever the flow's modules print", async () => {
    const room = makeRoom({
      "noisy.flow.ts": `import { flow, task } from "millrace";
console.log("imported");
const one = task("One", () => console.log("in a task"));
export default flow({ name: "Noisy" }, () => {
  console.log("in the body");
  one();
});
`,
    });
    const { code, stdout } = await cli(["run", "noisy", "--json"], { cwd: room });
    removeRoom(room);
    const events: RunEvent[] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(code, 0);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, i) => i + 1),
    );
    assert.deepEqual(
      events.flatMap((event) => (event.type === "log" ? [event.message] : [])),
      ["in the body", "in a task"],
    );
  });
});

describe("millrace graph", () => {
  let room: string;
  before(() => {
    room = makeRoom({
      "shop.flow.ts": shop,
      "noisy.flow.ts": `import { flow, task } from "millrace";
import { z } from "zod";
console.log("imported");
const one = task('A "quoted" <name>', (n: string) => n);
const two = task("Two", (n: string) => n);
export default flow({ name: "Noisy", parameters: z.object({ who: z.string(), json: z.string().default("x") }) }, async ({ who }) => {
  console.log("called");
  const first = one(who);
  two(await first);
});
`,
      "throws.flow.ts": `import { flow } from "millrace";
export default flow({ name: "Throws" }, () => {
  throw new TypeError("not today");
});
`,
    });
  });
  after(() => removeRoom(room));

  const graph = async (...args: string[]) => transcript(await cli(["graph", ...args], { cwd: room }), room);

  it("shows layers, what each node needs, mapped runs as one, and what is in a subflow", async () => {
    assert.equal(
      await graph("shop", "--bad", "--items", "a", "b", "c"),
      text`
        Shop
        ◇ till-0  (resource)
         1 Price  × 3
         2 Add up-0  ← Price × 3, till-0
         3 Discount-0  (subflow)  ← Add up-0
              1 Halve-0
           Refund-0  ← Add up-0
           Close books-0  ← Add up-0 (may fail)
         4 Thank-0  ← Refund-0
        ! Without a value, and shown with one made up: sum of Discount-0.
        exit 0`,
    );
  });

  it("draws a Mermaid flowchart", async () => {
    assert.equal(
      await graph("Shop", "--mermaid", "--bad"),
      text`
        flowchart LR
          n0[("till")]
          n1["Price-0"]
          n2["Price-1"]
          n3["Add up-0"]
          subgraph n4["Discount-0"]
            n8["Halve-0"]
          end
          n5["Refund-0"]
          n6["Thank-0"]
          n7["Close books-0"]
          n1 --> n3
          n2 --> n3
          n0 --> n3
          n3 --> n4
          n3 --> n5
          n5 --> n6
          n3 -.-> n7
        ! Without a value, and shown with one made up: sum of Discount-0.
        exit 0`,
    );
  });

  it("goes as far as the first await of a result, and says where that is", async () => {
    assert.equal(
      await graph("noisy", "--mermaid"),
      text`
        flowchart LR
          n0["A #quot;quoted#quot; #lt;name#gt;-0"]
        ! imported
        ! called
        ! Without a value, and shown with one made up: who.
        ! The graph is partial. The body of 'Noisy' awaits 'A "quoted" <name>-0', called at <room>/noisy.flow.ts:8:17: what comes after may depend on its result.
        exit 0`,
    );
  });

  it("prints JSON and nothing else on stdout", async () => {
    const { stdout } = await cli(["graph", "--json", "noisy", "--who", "me"], { cwd: room });
    assert.deepEqual(JSON.parse(stdout), {
      flow: "Noisy",
      nodes: [
        {
          id: 'A "quoted" <name>-0',
          name: 'A "quoted" <name>-0',
          kind: "task",
          task: 'A "quoted" <name>',
          source: { file: join(room, "noisy.flow.ts"), line: 4, column: 13 },
        },
      ],
      edges: [],
      partial: `The body of 'Noisy' awaits 'A "quoted" <name>-0', called at ${room}/noisy.flow.ts:8:17: what comes after may depend on its result.`,
    });
  });

  it("has the nodes and edges that a run gets", async () => {
    const { stdout } = await cli(["graph", "shop", "--bad", "--json"], { cwd: room });
    const graph: FlowGraph = JSON.parse(stdout);
    const run = await cli(["run", "shop", "--bad", "--json", "--dir", "runs"], { cwd: room });
    const nodes: unknown[] = [];
    const edges: unknown[] = [];
    for (const line of run.stdout.trimEnd().split("\n")) {
      const event: RunEvent = JSON.parse(line);
      if (event.type === "task-run-created") nodes.push([event.taskRun, event.source, event.mapped]);
      else if (event.type === "flow-run-created") nodes.push([event.flowRun, undefined, undefined]);
      else if (event.type === "resource-created") nodes.push([event.resource, undefined, undefined]);
      else continue;
      const to = event.type === "task-run-created" ? event.taskRun : "flowRun" in event ? event.flowRun : "";
      if (event.type !== "resource-created")
        for (const { run, ...edge } of event.upstream ?? []) edges.push({ from: run, to, ...edge });
      if (event.type === "task-run-created")
        for (const from of event.resources ?? []) edges.push({ from, to });
    }
    const sorted = (items: unknown[]) => items.map((item) => JSON.stringify(item)).sort();
    assert.deepEqual(
      sorted(
        graph.nodes.map(({ id, kind, source, mapped }) => [id, kind === "task" ? source : undefined, mapped]),
      ),
      sorted(nodes),
    );
    assert.deepEqual(sorted([...graph.edges]), sorted(edges));
  });

  it("tells what the body throws, and where", async () => {
    assert.equal(
      await graph("throws"),
      text`
        Throws
        ! error: The flow's body fails: TypeError: not today
        !     at <anonymous> (<room>/throws.flow.ts:3:9)
        exit 1`,
    );
  });

  it("refuses a parameter that the flow doesn't take", async () => {
    assert.equal(
      await graph("shop", "--floors", "12"),
      "! error: Parameter 'floors' is 12: Too big: expected number to be <=9.\nexit 2",
    );
    assert.equal(
      await graph("shop", "--florrs", "1"),
      "! error: unknown option '--florrs'\n! (Did you mean --floors?)\nexit 2",
    );
  });

  it("leaves nothing behind", () => {
    assert.equal(existsSync(join(room, ".millrace")), false);
  });
});
