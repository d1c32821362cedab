import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { FlowFolder, type Outcome, text } from "./flow-fixture.ts";

/** Which task runs ran since the last call, in the order of their names. */
function whatRan(folder: FlowFolder): string {
  const names = folder.read("ran.txt").trim().split(" ").filter(Boolean).sort().join(" ");
  folder.write({ "ran.txt": "" });
  return names || "none";
}

const header = `
const ran = (name: string) => appendFileSync("ran.txt", name + " ");
`;

describe("what a resume knows a task run again by", () => {
  const constants = `${header}
const value = () => 10;
const one = task("One", () => { ran("one"); return value(); });
const two = task("Two", () => { ran("two"); return 10; });
const three = task("Three", () => { ran("three"); if (!existsSync("fixed")) throw new Error("not yet"); return 10; });
export default flow({ name: "F" }, async () => log.info("result", JSON.stringify(await Promise.all([one(), two(), three()]))));
`;
  const resultOf = ({ log }: Outcome) => /result (\[.*)/.exec(log)?.[1];

  async function failed(): Promise<FlowFolder> {
    const folder = new FlowFolder({ "test.flow.ts": constants, "ran.txt": "" });
    assert.equal((await folder.run()).code, 1);
    assert.equal(whatRan(folder), "one three two");
    folder.write({ fixed: "" });
    return folder;
  }

  it("is its code: what completed under another runs again, and the log says so", async () => {
    const folder = await failed();
    folder.write({ "test.flow.ts": constants.replaceAll(/\b10\b/g, "1000") });
    const resumed = await folder.resume();
    assert.equal(resultOf(resumed), "[1000,1000,1000]");
    assert.equal(whatRan(folder), "one three two");
    assert.match(resumed.log, /The code of task 'One' has changed since it ran: it runs again\./);
  });

  it("is no comment, no white space and no task beside", async () => {
    const folder = await failed();
    const beside = constants
      .replace('ran("three");', 'ran("three"); void 0;')
      .replace("const one", "/* 1 */\n\nconst one");
    folder.write({ "test.flow.ts": beside });
    assert.equal(resultOf(await folder.resume()), "[10,10,10]");
    assert.equal(whatRan(folder), "three");
  });

  it("is not its code with --keep-results, and the run says how many results were taken so", async () => {
    const folder = await failed();
    folder.write({ "test.flow.ts": constants.replaceAll(/\b10\b/g, "1000") });
    const resumed = await folder.resume(["--keep-results"]);
    assert.equal(resultOf(resumed), "[10,10,1000]");
    assert.equal(whatRan(folder), "three");
    assert.match(
      resumed.log,
      /WARNING \| .*Took 2 results of code that has changed since, as --keep-results says\./,
    );
  });

  it("is the code of the resources that it is given, too", async () => {
    const files = {
      "ran.txt": "",
      "test.flow.ts": `${header}
const rate = resource({ name: "Rate", setup: () => ({ percent: 10 }) });
const other = resource({ name: "Other", setup: () => ({ percent: 1 }) });
const uses = task("Uses", (r: { percent: number }) => { ran("uses"); return r.percent; });
const beside = task("Beside", (r: { percent: number }) => { ran("beside"); return r.percent; });
const fails = task("Fails", () => { if (!existsSync("fixed")) throw new Error("not yet"); });
export default flow({ name: "F" }, async () => {
  await using r = await rate();
  await using o = await other();
  const [a, b] = [uses(r), beside(o)];
  fails();
  log.info("result", await a, await b);
});
`,
    };
    const folder = new FlowFolder(files);
    await folder.run();
    assert.equal(whatRan(folder), "beside uses");
    folder.write({ fixed: "", "test.flow.ts": files["test.flow.ts"].replace("percent: 10", "percent: 20") });
    assert.match((await folder.resume()).log, /result 20 1/);
    assert.equal(whatRan(folder), "uses");
  });

  it("is the executions above it, in subflows too: what depends on a subflow, or on a table of one, stays", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      "test.flow.ts": `
import { openSession } from "millrace";
const ran = (name: string) => appendFileSync("ran.txt", name + " ");
const make = task("Make", async (session, n) => { ran("make" + n); return session.sql\`SELECT range AS n FROM range(\${n})\`; });
const count = task("Count", async (table) => { ran("count"); return table.count(); });
const add = task("Add", (a, b) => { ran("add"); return Number(a) + Number(b); });
const stored = flow({ name: "Stored" }, async ({}) => { await using session = await openSession(); return make(session, 3); });
const value = flow({ name: "Value" }, async () => add(1, 2));
const body = flow({ name: "Body", parameters: z.object({ session: z.any() }) }, async ({ session }) => session.sql\`SELECT 7 AS n\`);
const fails = task("Fails", () => { if (!existsSync("fixed")) throw new Error("not yet"); });
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const sum = add(value({}), 4);
  const ofBody = count(body({ session }));
  const table = await make(session, 2);
  const beside = count(table);
  const here = count(await session.sql\`SELECT * FROM \${table} WHERE n > 0\`);
  const after = add.withOptions({ waitFor: [value({})] })(5, 6);
  fails.withOptions({ waitFor: [sum, ofBody, beside, here, after] })();
  log.info("result", ...(await Promise.all([sum, ofBody, beside, here, after])).map(Number));
});
`,
    });
    const first = await folder.run();
    assert.match(first.log, /result 7 1 2 1 11/);
    assert.equal(whatRan(folder), "add add add add count count count make2");
    folder.write({ fixed: "" });
    const resumed = await folder.resume();
    assert.equal(resumed.code, 0, resumed.log + resumed.stderr);
    assert.match(resumed.log, /result 7 1 2 1 11/);
    assert.equal(whatRan(folder), "none");
    const part = await folder.resume(["--from", "Value-0/Add-0"]);
    assert.match(part.log, /result 7 1 2 1 11/);
    assert.equal(whatRan(folder), "add add");
  });

  it("outlives attempts that were killed before they came to it", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      kill: "",
      "test.flow.ts": `${header}
const load = task("Load", (n: number) => { ran("load" + n); return n; });
const last = task("Last", (n: number) => { ran("last"); return n + 1; });
const inner = flow({ name: "Inner", parameters: z.object({ n: z.number() }) }, async ({ n }) => {
  const value = await load(n);
  if (existsSync("kill-in-subflow")) process.kill(process.pid, "SIGKILL");
  return value;
});
export default flow({ name: "F" }, async () => {
  const both = last(inner({ n: 1 }));
  await both;
  if (existsSync("kill")) process.kill(process.pid, "SIGKILL");
  log.info("result", await both);
});
`,
    });
    assert.equal((await folder.run()).signal, "SIGKILL");
    assert.equal(whatRan(folder), "last load1");
    rmSync(join(folder.path, "kill"));
    folder.write({ "kill-in-subflow": "" });
    for (let i = 0; i < 2; i++) assert.equal((await folder.resume()).signal, "SIGKILL");
    rmSync(join(folder.path, "kill-in-subflow"));
    const resumed = await folder.resume();
    assert.equal(
      resumed.log.slice(resumed.log.lastIndexOf("Resuming")),
      text`
        Resuming flow run 'NAME' for flow 'F', attempt 4
        INFO    | Flow run 'NAME' - Created subflow run 'Inner-0' for flow 'Inner'
        INFO    | Flow run 'NAME' - Created task run 'Last-0' for task 'Last'
        INFO    | Flow run 'Inner-0' - Took the result of task run 'Load-0' from an earlier attempt
        INFO    | Flow run 'Inner-0' - Finished in state Completed('All states completed.')
        INFO    | Task run 'Last-0' - Took the result from an earlier attempt
        INFO    | Flow run 'NAME' - result 2
        INFO    | Flow run 'NAME' - Finished in state Completed('All states completed.')`,
    );
    assert.equal(whatRan(folder), "none");
  });
});
