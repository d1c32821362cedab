import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { OutputLines } from "../../runtime/commands/output-lines.ts";
import { FlowFolder, runFlow, text } from "../runner/flow-fixture.ts";

const imports = `
import { command, CommandError } from "millrace";
`;

describe("the lines of a program's output", () => {
  it("are told whole and in order, wherever the pieces are cut, with the last state of a line that is written over", () => {
    const line = fc.string({ unit: fc.constantFrom("a", "é", "😀", " ", "\r"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(line), line, fc.array(fc.nat(12)), (lines, rest, cuts) => {
        const whole = [...lines.map((each) => `${each}\n`), rest].join("");
        const bytes = Buffer.from(whole);
        const told: string[] = [];
        const output = new OutputLines((each) => told.push(each));
        let at = 0;
        for (const cut of cuts) {
          output.add(bytes.subarray(at, at + cut));
          at += cut;
        }
        output.add(bytes.subarray(at));
        output.finish();
        const shown = (each: string) => each.replace(/\r$/, "").split("\r").at(-1);
        assert.deepEqual(told, [...lines, ...(rest === "" ? [] : [rest])].map(shown));
        assert.equal(output.text, whole);
      }),
    );
  });

  it("take no more memory than a line and the last MiB, and are told in parts where no line ends", () => {
    const told: number[] = [];
    const output = new OutputLines((line) => told.push(line.length));
    for (let i = 0; i < 64; i++) output.add(Buffer.alloc(1 << 16, "x"));
    output.finish();
    assert.equal(
      told.reduce((sum, length) => sum + length, 0),
      64 << 16,
    );
    assert.ok(Math.max(...told) <= 2 << 16);
    assert.equal(output.text.length, 1 << 20);
  });
});

describe("a program that a task runs", () => {
  it("has its lines in the log, gives its output, and is told apart from what isn't there or fails", async () => {
    const { log, states } = await runFlow(`${imports}
const program = "process.stdin.on('data', (d) => console.log('in', String(d), process.env.A, process.env.HOME ?? 'no home')); console.error('careful'); console.log(process.argv[1])";
const run = task("Run", async () => (await command(["node", "-e", program, "a b; \\"c"], { env: { A: "1", HOME: undefined }, input: "given" })).stdout);
const exits = task("Exits", () => command(["node", "-e", "for (let i = 0; i < 30; i++) console.error('line ' + i); process.exit(3)"]));
const missing = task("Missing", () => command(["no-such-program", "x"]));
const nowhere = task("Nowhere", () => command(["node"], { cwd: "nowhere" }));
export default flow({ name: "F" }, async () => {
  log.info("result %j", await run());
  exits(); missing(); nowhere();
});
`);
    const lines = log.split("\n");
    assert.deepEqual(lines.filter((line) => /'Run-0' - (?!Finished)|result/.test(line)).sort(), [
      `INFO    | Flow run 'NAME' - result "a b; \\"c\\nin given 1 no home\\n"`,
      `INFO    | Task run 'Run-0' - a b; "c`,
      "INFO    | Task run 'Run-0' - in given 1 no home",
      "WARNING | Task run 'Run-0' - careful",
    ]);
    const failures = states.split("\n").slice(2).join("\n");
    const folder = /no folder (\S+)\/nowhere/.exec(states)?.[1];
    assert.ok(
      failures.includes(
        `Missing-0 Failed("The command 'no-such-program x' could not be started: there is no program 'no-such-program' on the PATH.")`,
      ),
      failures,
    );
    assert.ok(
      failures.includes(
        `Nowhere-0 Failed("The command 'node' could not be started: there is no folder ${folder}/nowhere.")`,
      ),
      failures,
    );
    const last = Array.from({ length: 20 }, (_, i) => `line ${i + 10}`).join("\\n");
    assert.ok(failures.includes(`ended with exit code 3. It last wrote to stderr:\\n${last}`), failures);
  });

  it("ends with its task, with all that it has started: at a timeout, when cancelled, and when it has ended itself", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${imports}
const script = (name: string) => "trap '' TERM; (trap '' TERM; echo $BASHPID > " + name + ".pid; while :; do sleep 0.1; done) & while [ ! -s " + name + ".pid ]; do sleep 0.01; done; echo started " + name + "; ";
const late = task({ name: "Late", timeout: 700 }, () => command(["bash", "-c", script("late") + "wait"]));
const left = task("Left", () => command(["bash", "-c", script("left")]));
const long = task("Long", () => command(["bash", "-c", script("long") + "wait"]));
export default flow({ name: "F" }, async () => { late(); await left(); await long(); });
`,
    });
    const run = folder.start(["run", "test.flow.ts"]);
    await run.until((event) => event.type === "log" && event.message === "started long");
    await run.until((event) => event.type === "task-run-state" && event.state.name === "TimedOut");
    run.kill("SIGINT");
    const { states } = await run.ended;
    assert.equal(
      states,
      text`
        . Cancelled('Cancelled by Ctrl-C.')
        Late-0 TimedOut('Task run exceeded timeout of 0.7 second(s)', type=FAILED)
        Left-0 Completed()
        Long-0 Cancelled()`,
    );
    for (const name of ["late", "left", "long"]) {
      const pid = Number(folder.read(`${name}.pid`));
      assert.ok(pid > 1);
      assert.ok(!lives(pid), `${name} lives`);
    }
  });

  it("runs where it is told to", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${imports}
const where = task("Where", async (cwd?: string) => (await command(["pwd"], cwd === undefined ? {} : { cwd })).stdout.trim());
export default flow({ name: "F" }, async () => log.info("result", await where(), await where("in")));
`,
    });
    mkdirSync(join(folder.path, "in"));
    assert.match((await folder.run()).log, /result FOLDER FOLDER\/in/);
  });
});

/** Whether a process runs: one that has ended and that nobody has asked for doesn't. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}
