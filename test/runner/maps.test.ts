import assert from "node:assert/strict";
import { FlowFolder, type Outcome, runFlow, text } from "./flow-fixture.ts";

const tasks = `
const ran = (name: unknown) => appendFileSync("ran.txt", name + " ");
const load = task("Load", (n: number) => { ran("load"); return Array.from({ length: n }, (_, i) => i); });
const double = task({ name: "Double", tags: ["slow"] }, (n: number, by = 2) => { ran(n); if (existsSync("fail" + n)) throw new Error("no " + n); return n * by; });
const add = task("Add", (n: number) => n + 100);
const sum = task("Sum", (all: any[]) => { ran("sum"); return all.map((n) => n.failed ? n.error.message : n).join(" "); });
`;

/** What an outcome's log says of the flow's result and its maps. */
function told({ log }: Outcome): string {
  return log
    .split("\n")
    .filter((line) => /Map '|- result /.test(line))
    .map((line) => line.replace(/^.* - /, ""))
    .join("\n");
}

function edges({ events }: Outcome): string {
  return events
    .flatMap((event) =>
      event.type === "task-run-created" || event.type === "map-created"
        ? (event.upstream ?? []).map(({ run, argument }) => {
            const to = event.type === "task-run-created" ? event.taskRun : event.map;
            return `${run} -> ${to}${argument === undefined ? "" : ` ${argument}`}`;
          })
        : [],
    )
    .join("\n");
}

function whatRan(folder: FlowFolder): string {
  const names = folder.read("ran.txt").trim().split(" ").sort().join(" ");
  folder.write({ "ran.txt": "" });
  return names;
}

describe("a fold", () => {
  it("gives each task run what the one before returned", async () => {
    const outcome = await runFlow(`
const put = task("Put", (before: string, item: string, end: string) => before + item + end);
export default flow({ name: "F" }, async () => {
  const first = put("", "0", ";");
  log.info("result", await put.reduce(["a", "b", "c"], first, "."), await put.reduce([], "none", "."));
});
`);
    assert.equal(
      `${told(outcome)}\n${edges(outcome)}`,
      text`
        result 0;a.b.c. none
        Put-0 -> Put-1 [0]
        Put-1 -> Put-2 [0]
        Put-2 -> Put-3 [0]`,
    );
  });
});

describe("a map over a future", () => {
  it("has a task run for each item when they are there; maps over it go on from each; all of it is one value", async () => {
    const outcome = await runFlow(`${tasks}
const inner = flow({ name: "Inner", parameters: z.object({ all: z.array(z.number()) }) }, ({ all }) => add.map(add.map(load(2))));
export default flow({ name: "F" }, async () => {
  const doubled = double.map(load(3), 3);
  const added = add.map(doubled);
  const [first] = await added;
  log.info("result", sum(added) && await sum(added), await doubled, first, await inner({ all: doubled }), await sum(double.map(load(0))));
  return { doubled };
});
`);
    assert.equal(
      outcome.states,
      text`
        . Completed('All states completed.')
        Inner-0 Completed('All states completed.')
        Load-0 Completed()
        Double[]-0[0] Completed()
        Double[]-0[1] Completed()
        Double[]-0[2] Completed()
        Add[]-0[0] Completed()
        Add[]-0[1] Completed()
        Add[]-0[2] Completed()
        Sum-0 Completed()
        Sum-1 Completed()
        Inner-0/Load-0 Completed()
        Inner-0/Add[]-0[0] Completed()
        Inner-0/Add[]-0[1] Completed()
        Inner-0/Add[]-1[0] Completed()
        Inner-0/Add[]-1[1] Completed()
        Load-1 Completed()
        Sum-2 Completed()`,
    );
    assert.equal(
      told(outcome),
      `${text`
        Map 'Double[]-0' has 3 task runs
        Map 'Add[]-0' has 3 task runs
        Map 'Add[]-0' has 2 task runs
        Map 'Add[]-1' has 2 task runs
        Map 'Double[]-1' has 0 task runs
        result 100 103 106 [ 0, 3, 6 ] 100 [ 200, 201 ]`} `,
    );
    assert.equal(
      edges(outcome).split("\n").slice(0, 10).join("\n"),
      text`
        Load-0 -> Double[]-0 [0]
        Double[]-0 -> Add[]-0 [0]
        Load-0 -> Double[]-0[0]
        Load-0 -> Double[]-0[1]
        Load-0 -> Double[]-0[2]
        Double[]-0[0] -> Add[]-0[0] [0]
        Double[]-0[1] -> Add[]-0[1] [0]
        Double[]-0[2] -> Add[]-0[2] [0]
        Add[]-0 -> Sum-0 [0]
        Add[]-0 -> Sum-1 [0]`,
    );
    assert.deepEqual(
      [...outcome.view.maps.values()].map(({ id, state, count }) => `${id} ${state.name} ${count}`),
      [
        "Double[]-0 Completed 3",
        "Add[]-0 Completed 3",
        "Inner-0/Add[]-0 Completed 2",
        "Inner-0/Add[]-1 Completed 2",
        "Double[]-1 Completed 0",
      ],
    );
  });

  it("fails by its items one by one, and by what is no list with words", async () => {
    const outcome = await runFlow(`${tasks}
const bad = task("Bad", () => { throw new Error("gone"); });
const object = task("Object", () => ({ a: 1 }));
const strict = task("Strict", (all: number[]) => all.length);
export default flow({ name: "F" }, async () => {
  writeFileSync("fail1", "");
  const doubled = double.map(load(3));
  add.map(doubled);
  sum(allowFailure(doubled)).then((all) => log.info("result", all));
  strict(doubled);
  double.map(bad());
  double.map(object());
  await strict(double.map(object())).then(null, (error) => log.info("result", error.message));
});
`);
    assert.equal(
      outcome.states.split("\n").slice(1).sort().join("\n"),
      text`
        Add[]-0[0] Completed()
        Add[]-0[1] NotReady('Upstream task run \'Double[]-0[1]\' did not reach a \'COMPLETED\' state.', type=PENDING)
        Add[]-0[2] Completed()
        Bad-0 Failed('gone')
        Double[]-0[0] Completed()
        Double[]-0[1] Failed('no 1')
        Double[]-0[2] Completed()
        Load-0 Completed()
        Object-0 Completed()
        Object-1 Completed()
        Strict-0 NotReady("Upstream task run 'Double[]-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Strict-1 NotReady("Upstream task run 'Double[]-3' did not reach a 'COMPLETED' state.", type=PENDING)
        Sum-0 Completed()`.replace(
        String.raw`'Upstream task run \'Double[]-0[1]\' did not reach a \'COMPLETED\' state.'`,
        `"Upstream task run 'Double[]-0[1]' did not reach a 'COMPLETED' state."`,
      ),
    );
    assert.equal(outcome.states.split("\n")[0], ". Failed('2/16 states failed.')");
    assert.equal(
      told(outcome)
        .split("\n")
        .filter((line) => !line.includes("has 3"))
        .sort()
        .join("\n"),
      text`
        Map 'Double[]-0' finished in state Failed('1/3 states failed.')
        Map 'Double[]-1' finished in state NotReady("Upstream task run 'Bad-0' did not reach a 'COMPLETED' state.", type=PENDING)
        Map 'Double[]-2' finished in state Failed("TypeError: task 'Double' can't be mapped over the result of 'Object-0': it is an object; a list of its values is Object.values(object).")
        Map 'Double[]-3' finished in state Failed("TypeError: task 'Double' can't be mapped over the result of 'Object-1': it is an object; a list of its values is Object.values(object).")
        Map 'Add[]-0' finished in state Failed('1/3 states are not final.')
        result 0 no 1 4
        result 'Strict-1' did not run: 'Double[]-3' finished in state Failed("TypeError: task 'Double' can't be mapped over the result of 'Object-1': it is an object; a list of its values is Object.values(object).")`
        .split("\n")
        .sort()
        .join("\n"),
    );
  });

  it("is resumed from above it, below it, in it and by its name, and runs all that is left after a kill", async () => {
    const folder = new FlowFolder({
      "ran.txt": "",
      "test.flow.ts": `${tasks}
const end = task("End", (n: number) => { if (n === 3 && existsSync("kill")) process.kill(process.ppid, "SIGKILL"); return n; });
export default flow({ name: "F", concurrency: { slow: 1 } }, async () => {
  const doubled = double.map(load(6));
  log.info("result", await sum(add.map(doubled)), await end.withOptions({ tags: ["slow"] }).map(load(5)));
});
`,
    });
    folder.write({ kill: "" });
    const killed = await folder.run();
    assert.equal(killed.signal, "SIGKILL");
    const before = whatRan(folder).split(" ");
    folder.write({ "test.flow.ts": folder.read("test.flow.ts").replace('existsSync("kill")', "false") });
    const resumed = await folder.resume(["--keep-results"]);
    assert.equal(resumed.code, 0, resumed.log);
    assert.match(told(resumed), /result 100 102 104 106 108 110 \[ 0, 1, 2, 3, 4 \]$/);
    const all = [...before, ...whatRan(folder).split(" ")].filter((name) => /^\d+$/.test(name));
    assert.deepEqual(new Set(all), new Set(["0", "1", "2", "3", "4", "5"]));
    assert.ok(all.length <= 7, `what had ended ran again: ${all}`); // one may have run when it was killed

    const from = async (taskRun: string) => {
      const outcome = await folder.resume(["--from", taskRun]);
      assert.equal(outcome.code, 0, outcome.log);
      assert.match(told(outcome), /result 100 102 104 106 108 110 \[ 0, 1, 2, 3, 4 \]$/);
      return whatRan(folder);
    };
    assert.equal(await from("Load-0"), "0 1 2 3 4 5 load sum");
    assert.equal(await from("Double[]-0[4]"), "4 sum");
    assert.equal(await from("Sum-0"), "sum");
    assert.equal(await from("Double[]-0"), "0 1 2 3 4 5 sum");
  });
});

describe("a map", () => {
  it("zips its lists, and hands a large constant on once, whole for each task run", async () => {
    const outcome = await runFlow(`
import { unmapped } from "millrace";
import { readdirSync } from "node:fs";
import { join } from "node:path";
const kept = () => { const run = join(".millrace/runs", readdirSync(".millrace/runs")[0], "temporary"); return readdirSync(run).map((name) => name.split("-")[0]).join(); };
const use = task("Use", (letter: string, n: number, list: number[], big: { bytes: Uint8Array, n: number }) => {
  const seen = [letter, n, list.length, big.bytes.length, big.n, kept()].join(" ");
  big.n++;
  return seen;
});
export default flow({ name: "F" }, async () => {
  const seen = await Promise.all(use.map(new Set(["a", "b", "c", "d"]), [1, 2, 3, 4], unmapped([1, 2]), { bytes: new Uint8Array(20_000_000), n: 0 }));
  log.info("result", seen.join("; "));
  try { use.map("abc" as never); } catch (error) { log.info("result", error.message); }
});
`);
    assert.equal(
      told(outcome),
      text`
        result a 1 2 20000000 0 constant; b 2 2 20000000 0 constant; c 3 2 20000000 0 constant; d 4 2 20000000 0 constant
        result task 'Use' can't be mapped over its arguments: it is a text; a list of its letters is [...text].`,
    );
  });
});
