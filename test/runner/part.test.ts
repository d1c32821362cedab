import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { FlowFolder, type Outcome, text } from "./flow-fixture.ts";

const flow = `
const ran = (name: string) => appendFileSync("ran", name + " ");
const load = task("Load", (n: number) => { ran("Load"); return Array.from({ length: n }, (_, i) => i); });
const clean = task({ name: "Clean", tags: ["slow"] }, (rows: number[]) => { ran("Clean"); return rows.map((row) => row + 1); });
const check = task("Check", (row: number) => { ran("Check" + row); return row * 10; });
const apply = task("Apply", (rows: number[], checked: number[]) => { ran("Apply"); if (existsSync("fail")) throw new Error("no"); return [...rows, ...checked]; });
const publish = task("Publish", (rows: number[]) => { ran("Publish"); return rows.length; });
const report = task("Report", () => { ran("Report"); return "r"; });
export default flow({ name: "F", parameters: z.object({ n: z.number() }) }, async ({ n }) => {
  report();
  const rows = clean(load(n));
  const applied = apply(rows, check.map(rows));
  const count = await publish(applied);
  log.info("published", count);
  return count;
});
`;

describe("a part of a flow", () => {
  it("runs only what is selected, what that needs, or what is below it; the rest is as another run had it", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, ran: "" });
    const whole = await folder.run(["--n", "2"]);
    const told = [`whole: ${ranIn(folder)}`];
    const tell = async (...options: string[]) =>
      told.push(`${options.join(" ")}: ${summary(await folder.run(options), folder)}`);
    await tell("--only", "Apply");
    await tell("--only", "tag:slow", "--defer", whole.run.info.id);
    await tell("--only", "Check[]-0[1]");
    await tell("--only", "Ch*", "--only", "Report");
    await tell("--until", "Clean", "--n", "3");
    await tell("--until", "Check", "--n", "1");
    await tell("--until", "Clean", "--until", "Publish", "--n", "2");
    await tell("--from", "Apply");
    await tell("--from", "Clean");
    await tell("--only", "Aply");
    assert.equal(
      told.join("\n"),
      text`
        whole: Apply Check1 Check2 Clean Load Publish Report
        --only Apply: Apply ran; taken Clean-0 Check[]-0[0] Check[]-0[1]; Completed('All states completed, 3 not selected.')
        --only tag:slow --defer ${whole.run.info.id}: Clean ran; taken Load-0; Completed('All states completed, 5 not selected.')
        --only Check[]-0[1]: Check2 ran; taken Clean-0; Completed('All states completed, 5 not selected.')
        --only Ch* --only Report: Check1 Check2 Report ran; taken Clean-0; Completed('All states completed, 3 not selected.')
        --until Clean --n 3: Clean Load ran; taken none; Completed('All states completed, 6 not selected.')
        --until Check --n 1: Check1 Clean Load ran; taken none; Completed('All states completed, 3 not selected.')
        --until Clean --until Publish --n 2: Apply Check1 Check2 Clean Load Publish ran; taken none; Completed('All states completed, 1 not selected.')
        --from Apply: Apply Publish ran; taken Clean-0 Check[]-0[0] Check[]-0[1]; Completed('All states completed, 2 not selected.')
        --from Clean: Apply Check1 Check2 Clean Publish ran; taken Load-0; Completed('All states completed, 1 not selected.')
        --only Aply: nothing ran; taken Publish-0; Failed("Flow run encountered an exception: --only Aply: the flow called no such task. Did you mean 'Apply'?")`,
    );
  });

  it("goes on as the part that it was, and a whole run goes on from what the same selectors name", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, ran: "" });
    await folder.run(["--n", "2"]);
    const told = [ranIn(folder)];
    told.push(summary(await folder.resume(["--from", "tag:slow"]), folder));
    folder.write({ fail: "" });
    told.push(summary(await folder.run(["--only", "Apply"]), folder));
    rmSync(join(folder.path, "fail"));
    told.push(summary(await folder.resume(), folder));
    assert.equal(
      told.join("\n"),
      text`
        Apply Check1 Check2 Clean Load Publish Report
        Apply Check1 Check2 Clean Publish ran; taken none; Completed('All states completed.')
        Apply ran; taken Clean-0 Check[]-0[0] Check[]-0[1]; Failed('1/4 states failed.')
        Apply ran; taken Clean-0 Check[]-0[0] Check[]-0[1]; Completed('All states completed, 3 not selected.')`,
    );
  });

  it("ends though its body closes what tasks that nobody needed would have used", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const place = resource({ name: "place", setup: () => 1, teardown: () => appendFileSync("ran", "closed "), attach: () => ({}) });
const use = task("Use", (_: object) => 1);
const other = task("Other", () => { appendFileSync("ran", "Other "); });
export default flow("F", async () => { await using p = await place(); use(p); other(); });
`,
      ran: "",
    });
    assert.equal(
      summary(await folder.run(["--until", "Other"]), folder),
      "Other closed ran; taken none; Completed('All states completed, 1 not selected.')",
    );
  });

  it("needs a run that has the rest, of the same flow, and one kind of part", async () => {
    const folder = new FlowFolder({ "test.flow.ts": flow, ran: "" });
    const none = await folder.run(["--n", "2", "--only", "Apply"]);
    assert.match(none.states, /needs the result of 'Clean-0', and no run of the flow has completed/);
    const wrong = [
      ["--only", "A", "--from", "B"],
      ["--defer", "latest"],
      ["--only", "A", "--defer", "gone"],
    ];
    const messages: string[] = [];
    for (const args of wrong) messages.push((await folder.run(["--n", "2", ...args])).stderr.trim());
    assert.deepEqual(messages, [
      "error: Give one of --only and --from.",
      "error: --defer is for a part of a flow: give --only, --until, --from or --only-checks, too.",
      `error: There is no run 'gone'. 'millrace runs' lists them; 'latest' is ${none.run.info.id}.`,
    ]);
  });
});

function ranIn(folder: FlowFolder): string {
  const ran = folder.read("ran").trim().split(" ").sort().join(" ");
  folder.write({ ran: "" });
  return ran;
}

function summary(outcome: Outcome, folder: FlowFolder): string {
  const [state = "", ...tasks] = outcome.states.split("\n");
  const taken = tasks.filter((line) => line.includes("Cached")).map((line) => line.split(" ")[0]);
  return `${ranIn(folder) || "nothing"} ran; taken ${taken.join(" ") || "none"}; ${state.slice(2)}`;
}
