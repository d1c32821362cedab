import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LogLines } from "../../runtime/events/log-lines.ts";
import type { RunEvent } from "../../runtime/events/run-event.ts";
import { formatState } from "../../runtime/events/states.ts";
import { runFlow } from "../../runtime/operations/run-flow.ts";
import { makeRoom, removeRoom } from "../cli/cli.ts";

const ledger = `import { flow, log, openSession, task } from "millrace";
import { z } from "zod";
const add = task("Add", (a, b) => { log.info("%s + %s", a, b); return { sum: a + b, at: new Date(0), big: 2n ** 70n }; });
const pause = task("Pause", () => new Promise((done) => setTimeout(done, 60_000)));
const rows = task("Rows", (session, n) => session.fromRows([{ name: "i", type: "integer" }], Array.from({ length: n }, (_, i) => ({ i }))));
export default flow(
  {
    name: "Ledger",
    parameters: z.object({
      from: z.number(),
      to: z.number().default(2),
      how: z.enum(["sum", "pause", "table", "throw"]).default("sum"),
      key: z.string().optional().meta({ secret: true }),
    }),
  },
  async ({ from, to, how, key }) => {
    if (how === "pause") await pause();
    if (how === "throw") throw new RangeError(key === "secret" ? "known" : "no");
    if (how !== "table") return add(from, to);
    await using session = await openSession();
    return { table: await rows(session, to) };
  },
);
`;

describe("runFlow, of a program", () => {
  let room: string;
  before(() => {
    room = makeRoom({ "ledger.flow.ts": ledger, "program.mjs": program });
  });
  after(() => removeRoom(room));

  it("runs a flow by name or URL: its events as they come, its state, what it returned", async () => {
    const run = await runFlow("ledger", { folder: room, parameters: { from: 1 }, threads: 1 });
    const events: RunEvent[] = [];
    for await (const event of run.events) events.push(event);
    const log = new LogLines().lines(events).map(({ message }) => message);
    const known = (message: string) => message.replaceAll(run.name, "NAME");
    assert.deepEqual(log.map(known), [
      "Created flow run 'NAME' for flow 'Ledger'",
      "Created task run 'Add-0' for task 'Add'",
      "1 + 2",
      "Finished in state Completed()",
      "Finished in state Completed('All states completed.')",
    ]);
    assert.deepEqual(await run.result(), { sum: 3, at: new Date(0), big: 2n ** 70n });
    assert.equal(run.path, join(room, ".millrace", "runs", run.id));

    const other = await runFlow(pathToFileURL(join(room, "ledger.flow.ts")), {
      folder: room,
      parameters: { from: 0, to: 3, how: "table" },
      threads: 1,
    });
    const { table } = (await other.result()) as { table: { rows(): Promise<unknown> } };
    assert.deepEqual(await table.rows(), [{ i: 0 }, { i: 1 }, { i: 2 }]);
  });

  it("throws what the command line would say, before anything runs", async () => {
    const problem = async (...args: Parameters<typeof runFlow>) =>
      runFlow(...args).then(
        () => "none",
        ({ name, message }: Error) => `${name}: ${message.replaceAll(room, "<room>")}`,
      );
    assert.deepEqual(
      [
        await problem("legder", { folder: room }),
        await problem("ledger", { folder: room }),
        await problem("ledger", { folder: room, parameters: { from: 1 }, threads: 0 }),
        await problem("ledger", { folder: room, parameters: { from: 1 }, memory: "much" }),
      ],
      [
        "UsageError: There is no flow 'legder' below <room>. Did you mean 'Ledger'? 'millrace list' shows the flows there are.",
        "UsageError: Parameter 'from' is missing: Invalid input: expected number, received undefined.",
        "UsageError: --threads is '0': give a whole number from 1 to 512.",
        "UsageError: The memory is 'much': give a size of at least 64MiB, as --memory 8GB or MILLRACE_MEMORY=512MiB.",
      ],
    );
  });

  it("tells what a run failed with, and keeps its secrets from the command line", async () => {
    const parameters = { from: 1, how: "throw", key: "secret" };
    const run = await runFlow("ledger", { folder: room, parameters, threads: 1 });
    assert.equal(
      formatState(await run.state()),
      "Failed('Flow run encountered an exception: RangeError: known')",
    );
    const error: Error = await run.result().then(
      () => assert.fail("it has no result"),
      (error: unknown) => error as Error, // rejected with one
    );
    assert.equal(
      error.message,
      `The run '${run.id}' ended in state Failed('Flow run encountered an exception: RangeError: known')`,
    );
    assert.deepEqual(error.cause instanceof Error && [error.cause.name, error.cause.message], [
      "RangeError",
      "known",
    ]);
  });

  it("is cancelled by a signal, and by a call", async () => {
    const controller = new AbortController();
    const parameters = { from: 1, how: "pause" };
    const both = { folder: room, parameters, threads: 1 };
    const run = await runFlow("ledger", { ...both, signal: controller.signal });
    for await (const event of run.events)
      if (event.type === "task-run-state") controller.abort(new Error("Enough."));
    assert.equal(formatState(await run.state()), "Cancelled('Enough.')");

    const called = await runFlow("ledger", both);
    assert.equal(formatState(await called.cancel()), "Cancelled('Cancelled by the program.')");
    await assert.rejects(runFlow("ledger", { ...both, signal: controller.signal }), /Enough\./);
  });

  it("goes on when the program ends", async () => {
    const child = spawn(process.execPath, [join(room, "program.mjs"), index], { cwd: room });
    const said: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    await new Promise((resolve) => child.on("exit", resolve));
    const path = Buffer.concat(said).toString().trim();
    assert.ok(existsSync(path), path);
    const { readRun } = await import("../../runtime/store/read-run.ts");
    const { followRun } = await import("../../runtime/operations/follow-run.ts");
    for await (const _ of followRun(path)); // until it has ended
    assert.equal(formatState((await readRun(path)).state), "Completed('All states completed.')");
  });
});

const index = pathToFileURL(join(dirname(dirname(import.meta.dirname)), "dist", "index.js")).href;

const program = `
const { runFlow } = await import(process.argv[2]);
const run = await runFlow("ledger", { parameters: { from: 1 }, threads: 1 });
console.log(run.path);
process.exit(0);
`;
