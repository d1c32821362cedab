import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { CacheStore } from "../../runtime/store/cache-store.ts";
import { filesOfResult, inRunFolder, isWholeResult } from "../../runtime/store/result-files.ts";
import { FlowFolder, type Outcome, temporaryFolder, text } from "./flow-fixture.ts";

/** A flow whose tasks keep their results each in another way, and tell that they ran; the last fails at first. */
const flow = `
import { openSession } from "millrace";
const ran = (name: string) => appendFileSync("ran.txt", name + " ");
const value = task({ name: "Value" }, () => { ran("value"); return "x".repeat(20_000); });
const small = task({ name: "Small" }, () => { ran("small"); return { n: 1 }; });
const table = task({ name: "Table" }, async (session) => { ran("table"); return session.sql\`SELECT range AS n, 'row ' || range AS label FROM range(5000)\`; });
const plot = task({ name: "Plot" }, async () => { ran("plot"); await artifact.markdown("note", "# Note\\n".repeat(50)); return 1; });
const cachedValue = task({ name: "Cached value", cache: true }, () => { ran("cached-value"); return "y".repeat(20_000); });
const cachedTable = task({ name: "Cached table", cache: true }, async (session) => { ran("cached-table"); return session.sql\`SELECT range AS n FROM range(4000)\`; });
const total = task("Total", async (session, rows, other, ...rest) => {
  if (!existsSync("fixed")) throw new Error("not yet");
  const [{ n }] = await (await session.sql\`SELECT CAST(sum(n) AS INTEGER) AS n FROM \${rows}\`).rows();
  return [n, await other.count(), ...rest.map((each) => typeof each === "string" ? each.slice(0, 3) + each.length : JSON.stringify(each))].join(" ");
});
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const parts = [table(session), cachedTable(session), value(), small(), plot(), cachedValue()];
  log.info("total:", await total(session, ...parts));
});
`;
const result = 'total: 12497500 4000 xxx20000 {"n":1} 1 yyy20000';

/** Another content of the same file: bytes changed, zeroed, cut off or added. */
const anyDamage = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant("zero" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ kind: fc.constant("grow" as const), at: fc.constant(1) }),
);

function damaged(bytes: Buffer, { kind, at }: { readonly kind: string; readonly at: number }): Buffer {
  const copy = Buffer.from(bytes);
  const place = Math.min(Math.floor(at * copy.length), copy.length - 1);
  switch (kind) {
    case "flip":
      copy[place] = (copy[place] ?? 0) ^ 0x55;
      return copy;
    case "zero":
      return copy.fill(0, place, Math.min(copy.length, place + 4_096));
    case "cut":
      return copy.subarray(0, place);
    default:
      return Buffer.concat([copy, Buffer.from("\0")]);
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** Replaces a file, as damage that came later would have it: what is linked to it elsewhere stays. */
function damageFile(path: string): void {
  const bytes = readFileSync(path);
  rmSync(path);
  writeFileSync(path, damaged(bytes, { kind: "flip", at: 0.5 }));
}

describe("what isn't as it was written", () => {
  let first: Outcome;
  let folder: FlowFolder;

  before(async () => {
    folder = new FlowFolder({ "test.flow.ts": flow, "ran.txt": "" });
    first = await folder.run();
    assert.equal(first.code, 1);
  });

  /** The folder as it was after the first run. */
  const copy = (): FlowFolder => {
    const again = new FlowFolder({});
    cpSync(folder.path, again.path, { recursive: true, preserveTimestamps: true });
    again.write({ fixed: "", "ran.txt": "" });
    return again;
  };

  it("is known in a run, whatever has become of which file of a result", async () => {
    const results = [...first.view.taskRuns.values()].flatMap((run) => run.result ?? []);
    const named = results.flatMap((each) => filesOfResult(each).map(({ path }) => ({ each, path })));
    assert.equal(named.length, 4);
    const inline = results.find(({ stored }) => typeof stored === "object" && "inline" in stored);
    assert.ok(inline !== undefined);
    const other = { inline: Buffer.from("another").toString("base64") };
    assert.equal(await isWholeResult({ ...inline, stored: other }, (path) => path), false);
    const at = join(temporaryFolder(), "run");
    cpSync(first.run.path, at, { recursive: true });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...named), anyDamage, async ({ each, path }, damage) => {
        const file = join(at, path);
        const bytes = readFileSync(file);
        const other = damaged(bytes, damage);
        assert.ok(await isWholeResult(each, inRunFolder(at)));
        writeFileSync(file, other);
        assert.equal(await isWholeResult(each, inRunFolder(at)), other.equals(bytes));
        writeFileSync(file, bytes);
      }),
      { numRuns: 150 },
    );
  });

  it("is known in the cache, whatever has become of which file of an entry", async () => {
    const cache = join(temporaryFolder(), ".millrace", "cache");
    cpSync(join(folder.path, ".millrace", "cache"), cache, { recursive: true });
    const store = new CacheStore(join(cache, "..", ".."));
    const files = filesIn(cache);
    assert.equal(files.length, 4);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), anyDamage, async (name, damage) => {
        const key = name.slice(0, name.indexOf("/"));
        const file = join(cache, name);
        const bytes = readFileSync(file);
        const other = damaged(bytes, damage);
        const find = async () => {
          const run = temporaryFolder();
          cpSync(join(first.run.path, "artifacts"), join(run, "results"), { recursive: true });
          return store.find(key, run, 0, async () => true);
        };
        assert.notEqual(await find(), undefined);
        writeFileSync(file, other);
        const means = (content: Buffer) =>
          name.endsWith(".json")
            ? content.toString("latin1").split("\n", 2).join("\n")
            : content.toString("latin1");
        assert.equal((await find()) !== undefined, means(other) === means(bytes));
        writeFileSync(file, bytes);
      }),
      { numRuns: 100 },
    );
  });

  for (const [what, prefix, runs] of [
    ["a value's file", "results/", "value"],
    ["a table's file", "results/", "table"],
    ["an artifact", "artifacts/", "plot"],
  ] as const) {
    it(`is made again by a resume: ${what}`, async () => {
      const again = copy();
      const run = again.latest();
      const file = filesIn(run).find(
        (name) =>
          name.startsWith(prefix) &&
          !/[0-9a-f]{40}/.test(name) &&
          (prefix === "artifacts/" || name.endsWith(runs === "table" ? ".parquet" : ".bin")),
      );
      assert.ok(file !== undefined);
      damageFile(join(run, file));
      const resumed = await again.resume();
      assert.equal(resumed.code, 0, resumed.log);
      assert.ok(resumed.log.includes(result), resumed.log);
      assert.equal(again.read("ran.txt"), `${runs} `);
    });
  }

  it("is made again from the cache, and the entry with it", async () => {
    const again = copy();
    const cache = join(again.path, ".millrace", "cache");
    for (const name of filesIn(cache)) if (!name.endsWith(".json")) damageFile(join(cache, name));
    const ranNow = async () => {
      again.write({ "ran.txt": "" });
      const outcome = await again.run();
      assert.ok(outcome.log.includes(result), outcome.log);
      return again.read("ran.txt").trim().split(" ").sort().join(" ");
    };
    assert.equal(
      `${await ranNow()}\n${await ranNow()}`,
      text`
        cached-table cached-value plot small table value
        plot small table value`,
    );
  });

  it("is written again: a bundle and its map that are empty, or another", async () => {
    const again = copy();
    const bundles = join(again.path, ".millrace", "bundles");
    const whole = Object.fromEntries(
      filesIn(bundles).map((name) => [name, readFileSync(join(bundles, name))]),
    );
    for (const damage of [
      { kind: "cut", at: 0 },
      { kind: "flip", at: 0.5 },
    ]) {
      for (const name of filesIn(bundles))
        writeFileSync(join(bundles, name), damaged(whole[name] ?? Buffer.alloc(0), damage));
      const outcome = await again.run();
      assert.ok(outcome.log.includes(result), outcome.log + outcome.stderr);
      assert.deepEqual(
        Object.fromEntries(filesIn(bundles).map((name) => [name, readFileSync(join(bundles, name))])),
        whole,
      );
    }
  });

  it("can't be told of what an earlier version kept without a digest: that is made again", async () => {
    const again = copy();
    const events = join(again.latest(), "events.jsonl");
    const before = readFileSync(events, "utf8");
    writeFileSync(events, before.replaceAll(/,"digest":\{"sha256":"[0-9a-f]+","bytes":\d+\}/g, ""));
    const resumed = await again.resume();
    assert.equal(resumed.code, 0, resumed.log);
    assert.ok(resumed.log.includes(result), resumed.log);
    assert.equal(again.read("ran.txt").trim().split(" ").sort().join(" "), "plot table");
  });
});
