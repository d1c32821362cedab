import assert from "node:assert/strict";
import { FlowFolder, type Outcome, text } from "./flow-fixture.ts";

/** A flow whose tasks each write their name to ran.txt when they run. */
const files = {
  "test.flow.ts": `
import { shout } from "./used.ts";
import { other } from "./tasks.ts";
const ran = (name: string) => appendFileSync("ran.txt", name + "\\n");
const load = task({ name: "Load", cache: true }, (options: { path: string; limit: number }) => {
  ran("Load");
  return { numbers: new Float64Array([1, 2, 3]), map: new Map([["a", new Date(0)]]), big: "x".repeat(10_000), text: shout(options.path) };
});
const sum = task({ name: "Sum", cache: true }, (data: { numbers: Float64Array; map: Map<string, Date>; big: string; text: string }) => {
  ran("Sum");
  return [data.numbers instanceof Float64Array, data.numbers.reduce((a, b) => a + b), data.map.get("a").getTime(), data.big.length, data.text].join(" ");
});
export default flow({ name: "F", parameters: z.object({ swap: z.boolean().default(false), path: z.string().default("p") }) }, async ({ swap, path }) => {
  log.info("result:", await sum(load(swap ? { limit: 1, path } : { path, limit: 1 })));
  await other(1);
});
`,
  "used.ts": `export const shout = (text: string) => text.toUpperCase();\n`,
  "tasks.ts": `
import { task } from "millrace";
import { appendFileSync } from "node:fs";
export const other = task({ name: "Other", cache: true }, (n: number) => { appendFileSync("ran.txt", "Other\\n"); return n; });
`,
};

/** Which tasks ran since the last call, and how each task run ended. */
function whatRan(folder: FlowFolder, outcome: Outcome): string {
  const ran = folder.read("ran.txt").trim().split("\n").filter(Boolean).sort().join(" ");
  folder.write({ "ran.txt": "" });
  assert.equal(outcome.code, 0, outcome.log + outcome.stderr);
  const ended = [...outcome.view.taskRuns.values()].map((task) => `${task.id}=${task.state.name}`).join(" ");
  assert.match(outcome.log, /result: true 6 0 10000 P/);
  return `${ran || "none"} ran: ${ended}`;
}

const all = "Load Other Sum ran: Load-0=Completed Sum-0=Completed Other-0=Completed";
const none = "none ran: Load-0=Cached Sum-0=Cached Other-0=Cached";

describe("the cache", () => {
  it("gives results of the same task, inputs and reachable code, and of no other", async () => {
    const folder = new FlowFolder({ ...files, "ran.txt": "" });
    const steps: string[] = [];
    const step = async (what: string, args: string[] = []) => {
      steps.push(`${what}: ${whatRan(folder, await folder.run(args))}`);
    };
    await step("first");
    await step("again");
    await step("properties in another order", ["--swap"]);
    await step("another input", ["--path", "pq"]);
    folder.write({ "used.ts": files["used.ts"].replace("toUpperCase()", "toUpperCase().trim()") });
    await step("changed a module that only Load reaches");
    folder.write({ "tasks.ts": `${files["tasks.ts"]}// a comment\n` });
    await step("wrote a comment into the module of Other");
    folder.write({ "tasks.ts": files["tasks.ts"].replace("return n;", "return n + 0;") });
    await step("changed the code of Other");
    folder.write({ "unrelated.ts": "export {};\n" });
    await step("added a file");
    assert.equal(
      steps.join("\n"),
      text`
        first: ${all}
        again: ${none}
        properties in another order: ${none}
        another input: Load Sum ran: Load-0=Completed Sum-0=Completed Other-0=Cached
        changed a module that only Load reaches: Load ran: Load-0=Completed Sum-0=Cached Other-0=Cached
        wrote a comment into the module of Other: ${none}
        changed the code of Other: Other ran: Load-0=Cached Sum-0=Cached Other-0=Completed
        added a file: ${none}`,
    );
    const cached = (await folder.run()).view.taskRuns.get("Load-0");
    assert.equal(cached?.state.type, "COMPLETED");
    assert.deepEqual(cached?.attempts, []);
  });

  it("lets results expire, runs what is called twice once, keeps no failure, and outlives the runs' folders", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      "test.flow.ts": `
const ran = (name: string) => appendFileSync("ran.txt", name + " ");
const short = task({ name: "Short", cache: { expires: 1 } }, () => { ran("short"); return "x".repeat(9000); });
const twice = task({ name: "Twice", cache: true }, async (n: number) => { ran("twice" + n); await sleep(50); return { n }; });
const fails = task({ name: "Fails", cache: true }, () => { ran("fails"); throw new Error("no"); });
const cyclic: unknown[] = [];
cyclic.push(cyclic, "a");
const takes = task({ name: "Takes", cache: true }, (value: unknown) => { ran("takes"); return 1; });
const many = task("Many", (values: unknown) => JSON.stringify(values));
export default flow({ name: "F" }, async () => {
  fails();
  await short();
  await sleep(10);
  await short();
  takes(cyclic);
  takes(["x;string:y", "z"]);
  takes(["x", "y;string:z"]);
  log.info("many", await many([twice(1), twice(1), twice(2), twice.withOptions({ cache: false })(1)]));
});
`,
    });
    const first = await folder.run();
    assert.match(first.log, /many \[\{"n":1\},\{"n":1\},\{"n":2\},\{"n":1\}\]/);
    assert.equal(
      folder.read("ran.txt").trim().split(" ").sort().join(" "),
      "fails short short takes takes takes twice1 twice1 twice2",
    );
    folder.write({ "ran.txt": "" });
    const { rmSync } = await import("node:fs");
    rmSync(first.run.path, { recursive: true });
    const second = await folder.run();
    assert.match(second.log, /many \[\{"n":1\},\{"n":1\},\{"n":2\},\{"n":1\}\]/);
    assert.equal(folder.read("ran.txt").trim().split(" ").sort().join(" "), "fails short short twice1");
    assert.equal(
      second.states,
      text`
        . Failed('1/11 states failed.')
        Fails-0 Failed('no')
        Short-0 Completed()
        Short-1 Completed()
        Takes-0 Cached(type=COMPLETED)
        Takes-1 Cached(type=COMPLETED)
        Takes-2 Cached(type=COMPLETED)
        Twice-0 Cached(type=COMPLETED)
        Twice-1 Cached(type=COMPLETED)
        Twice-2 Cached(type=COMPLETED)
        Twice-3 Completed()
        Many-0 Completed()`,
    );
  });

  it("knows a change in any module that a task's definition passes through", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      "test.flow.ts": `
import { cached } from "./cached.ts";
const one = cached("One", () => { appendFileSync("ran.txt", "one "); return 1; });
export default flow({ name: "F" }, async () => { await one(); });
`,
      "cached.ts": `import { task } from "millrace";\nexport const cached = <R>(name: string, fn: () => R) => task({ name, cache: true }, fn);\n`,
    });
    await folder.run();
    folder.write({ "test.flow.ts": folder.read("test.flow.ts").replace("return 1", "return 2") });
    await folder.run();
    assert.equal(folder.read("ran.txt"), "one one ");
  });

  it("goes by a key of its author's own, whatever code and arguments are; refresh and expiry are the call's, too", async () => {
    const flowText = (factor: string) => `
const ran = (name: string) => { appendFileSync("ran.txt", name + " "); return name; };
const load = task("Load", (day: string) => ({ day, at: Date.now() }));
const use = task({ name: "Use", cache: { key: ({ day }, list) => [day, list?.length] } }, (data: { day: string, at: number }, list?: string[], mode?: string) => { ran(data.day); return [data.day, data.at * 0 + ${factor}, list?.join("")].join(" "); });
const named = task({ name: "Named", cache: { key: "v1" } }, (_n: number) => ran("named"));
const none = task({ name: "None", cache: { key: () => undefined } }, () => ran("none"));
const bad = task({ name: "Bad", cache: { key: (n: number) => { if (n > 1) throw new Error("no key"); return Symbol("s"); } } }, (n: number) => ran("bad"));
export default flow({ name: "F", parameters: z.object({ refresh: z.boolean().default(false), expires: z.number().default(1e9), bad: z.boolean().default(false) }) }, async ({ refresh, expires, bad: isBad }) => {
  const again = use.withOptions({ cache: { refresh, expires } });
  const results = [await again(load("mon")), await again(load("mon"), undefined, "other"), await use(load("tue"), ["a", "b"]), await Promise.all(named.map([1, 2, 3])), await none()];
  log.info("result %s", JSON.stringify(results));
  if (isBad) await Promise.allSettled([bad(1), bad(2)]);
});
`;
    const folder = new FlowFolder({ "test.flow.ts": flowText("1"), "ran.txt": "" });
    const steps: string[] = [];
    const step = async (what: string, ...args: string[]) => {
      const { code, log, states } = await folder.run(args);
      assert.equal(code, 0, log);
      steps.push(`${what}: ${folder.read("ran.txt").trim().split(" ").sort().join(" ")}`);
      steps.push(...log.split("\n").flatMap((line) => line.split("- result ").slice(1)));
      folder.write({ "ran.txt": "" });
      if (args.includes("--bad")) steps.push(...states.split("\n").filter((line) => line.startsWith("Bad")));
    };
    await step("first");
    folder.write({ "test.flow.ts": flowText("2") });
    await step("other code");
    await step("refreshed", "--refresh");
    await step("kept what was refreshed");
    await step("expired", "--expires", "0", "--bad");
    const one = (factor: number, tue: number) =>
      JSON.stringify([
        `mon ${factor} `,
        `mon ${factor} `,
        `tue ${tue} ab`,
        ["named", "named", "named"],
        "none",
      ]);
    assert.equal(
      steps.join("\n"),
      text`
        first: mon named none tue
        ${one(1, 1)}
        other code: none
        ${one(1, 1)}
        refreshed: mon none
        ${one(2, 1)}
        kept what was refreshed: none
        ${one(2, 1)}
        expired: mon mon none
        ${one(2, 1)}
        Bad-0 Failed("The cache's key of 'Bad-0' can't be made: UserError: The key is a symbol.")
        Bad-1 Failed("The cache's key of 'Bad-1' can't be made: Error: no key")`,
    );
  });
});
