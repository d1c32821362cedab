import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { FlowFolder, text } from "./flow-fixture.ts";

/** What a cached task may read, and how each of these is changed and put back. */
const flow = `
import { openSession } from "millrace";
const FROM_TOP = process.env.AT_TOP ?? "none";
const ran = (name: string) => appendFileSync("ran.txt", name + " ");
const sum = task({ name: "Sum", cache: { pure: true } }, async (session, path: string) => {
  ran("sum");
  const table = await session.readCsv(path, { columns: { n: "long" } });
  return Number((await (await session.sql\`SELECT sum(n) AS n FROM \${table}\`).rows())[0].n);
});
const view = task({ name: "View", cache: { pure: true } }, (session, path: string) => { ran("view"); return session.readCsv(path, { columns: { n: "long" } }); });
const count = task("Count", async (table) => table.count());
const named = task({ name: "Named", cache: { pure: true } }, () => { ran("named"); return process.env.TARGET ?? "none"; });
const indirect = task({ name: "Indirect", cache: { pure: true } }, (name: string) => { ran("indirect"); return process.env[name.toUpperCase()] ?? "none"; });
const top = task({ name: "Top", cache: { pure: true } }, () => { ran("top"); return FROM_TOP; });
const copies = task({ name: "Copies", cache: { pure: true } }, () => { ran("copies"); return Object.keys({ ...process.env }).length > 0; });
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  log.info("result", ...(await Promise.all([sum(session, "in.csv"), count(view(session, "in.csv")), named(), indirect("other"), top(), copies()])).map(String));
});
`;

const csv = (...numbers: readonly number[]) => `n\n${numbers.join("\n")}\n`;

describe("a cached result", () => {
  it("of a folder, a packed file or a pattern is made again where a file came, changed, or may have", async function () {
    this.timeout(120_000);
    const folder = new FlowFolder({
      "test.flow.ts": `
import { openSession } from "millrace";
const sum = task({ name: "Sum", cache: { pure: true } }, async (session, path: string) => {
  appendFileSync("ran.txt", path + " ");
  const table = await session.readCsv(path, { columns: { n: "long" } });
  return Number((await (await session.sql\`SELECT sum(n) AS n FROM \${table}\`).rows())[0].n);
});
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  log.info("result", ...(await Promise.all(["in", "one.csv.gz", "in/*.csv"].map((path) => sum(session, path)))).map(String));
});
`,
      "in/1.csv": csv(1),
      "ran.txt": "",
    });
    const gzip = (...numbers: number[]) =>
      writeFileSync(join(folder.path, "one.csv.gz"), gzipSync(csv(...numbers)));
    const told = async () => {
      folder.write({ "ran.txt": "" });
      const { log, stderr } = await folder.run();
      return `${/result \d[\d ]*/.exec(log)?.[0] ?? log + stderr}; ran ${folder.read("ran.txt").trim().split(" ").sort().join(" ")}`;
    };
    gzip(5);
    const steps = [await told(), await told()];
    folder.write({ "in/2.csv": csv(10) });
    steps.push(await told());
    gzip(6);
    steps.push(await told());
    assert.equal(
      steps.join("\n"),
      text`
        result 1 5 1; ran in in/*.csv one.csv.gz
        result 1 5 1; ran in/*.csv
        result 11 5 11; ran in in/*.csv
        result 11 6 11; ran in/*.csv one.csv.gz`,
    );
  });

  it("is what the task would give now, whatever it read has become, and isn't made again where that is the same", async function () {
    this.timeout(120_000);
    const folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    const state = fc.record({
      numbers: fc.constantFrom<number[]>([1, 2], [10, 20], [1, 2, 3]),
      TARGET: fc.constantFrom("a", "b", undefined),
      OTHER: fc.constantFrom("a", "b", undefined),
      AT_TOP: fc.constantFrom("a", undefined),
      UNRELATED: fc.constantFrom("a", "b"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 2, maxLength: 4 }), async (states) => {
        for (const { numbers, ...env } of states) {
          folder.write({ "in.csv": csv(...numbers) });
          const values = [
            numbers.reduce((a, b) => a + b),
            numbers.length,
            env.TARGET ?? "none",
            env.OTHER ?? "none",
            env.AT_TOP ?? "none",
            true,
          ];
          const resultOf = async () => {
            const { log, stderr } = await folder.run([], { env });
            return /result .*/.exec(log)?.[0] ?? log + stderr;
          };
          assert.equal(await resultOf(), `result ${values.join(" ")}`);
          folder.write({ "ran.txt": "" });
          assert.equal(await resultOf(), `result ${values.join(" ")}`);
          assert.equal(folder.read("ran.txt"), "", "nothing has changed");
        }
      }),
      { numRuns: 3 },
    );
  });

  it("is made once for several calls of one input in a run, one after the other or at once", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      "test.flow.ts": `
const once = task({ name: "Once", cache: { pure: true } }, async (n: number) => { appendFileSync("ran.txt", "x"); await sleep(n); return n; });
export default flow({ name: "F" }, async () => {
  for (let i = 0; i < 20; i++) await once(1);
  await Promise.all(once.map(Array.from({ length: 30 }, () => 20)));
});
`,
    });
    const { code, log } = await folder.run();
    assert.equal(code, 0, log);
    assert.equal(folder.read("ran.txt"), "xx");
  });

  it("warns where its task uses what can't be seen, once, unless that is meant", async () => {
    const folder = new FlowFolder({
      "used.ts": "export const now = () => Date.now();\nexport const pure = (n: number) => n + 1;\n",
      "test.flow.ts": `
import { now, pure } from "./used.ts";
const clock = task({ name: "Clock", cache: true }, () => now());
const file = task({ name: "File", cache: true }, () => existsSync("x"));
const chance = task({ name: "Chance", cache: { expires: 1000 } }, () => Math.random());
const meant = task({ name: "Meant", cache: { pure: true } }, () => Math.random());
const plain = task({ name: "Plain", cache: true }, (n: number) => pure(n));
const uncached = task("Uncached", () => Math.random());
export default flow({ name: "F" }, () => { clock(); file(); chance(); meant(); plain(1); uncached(); });
`,
    });
    const warning = (name: string, uses: string) =>
      `The task '${name}' is cached, and its code uses ${uses}: what that gives is no part of what its results are known by. If that is meant, write cache: { pure: true }, or give a key of your own that tells it.`;
    const { log } = await folder.run();
    const warnings = log.split("\n").filter((line) => line.includes("WARNING"));
    assert.equal(
      warnings.map((line) => line.replace(/^.* - /, "")).join("\n"),
      text`
        ${warning("Clock", "Date.now")}
        ${warning("File", "node:fs")}
        ${warning("Chance", "Math.random")}`,
    );
  });
});
