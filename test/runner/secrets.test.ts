import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { currentTaskRuns } from "../../runtime/events/run-view.ts";
import { formatState } from "../../runtime/events/states.ts";
import { secretValue } from "../secrets/secret-value.ts";
import { FlowFolder, type Outcome } from "./flow-fixture.ts";

/** Puts secrets wherever a flow's code can put a text. */
const leaky = `
const url = (value: string) => "https://host/hook/" + encodeURIComponent(value) + "?key=" + encodeURIComponent(value);
const say = (value: string) => {
  log.info("said %s and %j", value, { headers: { authorization: "Bearer " + value } });
  log.warn(url(value));
  console.log({ value }, [value]);
  process.stdout.write("in two pieces: " + value.slice(0, 3));
  process.stdout.write(value.slice(3) + "\\n");
  console.error(new Error("said " + value, { cause: { value } }));
  log.info("x".repeat(9_990) + value);
};
const use = task({ name: "Use", retries: 1, retryDelay: 0 }, async (value: string, nested: unknown, padded: string) => {
  say(value);
  progress(1, 2, "now " + value);
  await artifact.markdown("md " + value, "# " + value, { title: value, description: url(value) });
  await artifact.table("table", [{ [value]: value, n: 1 }]);
  await artifact.scatter("scatter", [{ label: value, x: 1, y: 2 }], { x: value, y: "y" });
  if (currentTaskRun()?.attempt === 1) throw new Error("at first " + value, { cause: new Error(JSON.stringify({ value, url: url(value) })) });
  return { value, nested };
});
const own = task("Own", () => { const value = secret("IN_A_TASK"); say(value); return value.length; });
const dynamic = task("Dynamic", (name: string) => { const value = secret(name.toUpperCase()); say(value); throw new UserError("no use of " + value); });
const cached = task({ name: "Cached", cache: { pure: true } }, (value: string) => { appendFileSync("ran.txt", "cached "); return value.length; });
const reads = task({ name: "Reads", cache: { pure: true } }, () => { appendFileSync("ran.txt", "reads "); return secret("IN_A_TASK").length; });
const last = task("Last", (value: string, lengths: readonly number[]) => {
  if (existsSync("fail.txt")) throw new Error("failed with " + value);
  return lengths.length;
});
const held = resource({ name: "held", setup: (value: string) => ({ value }), attach: (handle) => ({ ...handle }), teardown: ({ value }) => { throw new Error("teardown of " + value); } });
const inner = flow({ name: "Inner", parameters: z.object({ token: z.string().meta({ secret: true }), other: z.string() }) }, async ({ token, other }) => {
  log.info("inner %s %s", token, other);
  await artifact.markdown("inner", token);
  return cached(token);
});
export default flow(
  { name: "F", parameters: z.object({ values: z.array(z.string()).meta({ secret: true }), again: z.string().default("none"), n: z.number().default(1) }) },
  async ({ values, again }) => {
    say(again);
    const used = values.map((value, i) => use(value, { deep: [{ [value]: value }] }, "x".repeat(70) + value + "y".repeat(90)));
    for (const value of values) { say(value); await artifact.markdown("body", value); }
    const inBody = secret("IN_THE_BODY");
    say(inBody);
    own();
    await dynamic("in_a_dynamic_task").state();
    await inner({ token: values[0], other: url(values[0]) });
    reads();
    const lengths = values.map((value) => cached(value));
    try { await using it = await held(values[0]); } catch (error) { log.error(String(error)); }
    await last(values[0], lengths);
    return used.length;
  },
);
`;

/** Every way in which a value could stand in a file or in output. */
function shapes(value: string): string[] {
  const wellFormed = Buffer.from(value).toString();
  const json = JSON.stringify(wellFormed).slice(1, -1);
  return [
    wellFormed,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(wellFormed),
    new URLSearchParams({ v: wellFormed }).toString().slice(2),
  ];
}

/** Files below the folder, but results' own, in which one of the values stands, whole. */
function leaks(base: string, outcome: Outcome, values: readonly string[]): string[] {
  const places: string[] = [];
  const look = (where: string, bytes: Buffer) => {
    for (const value of values)
      if (shapes(value).some((shape) => bytes.includes(shape)))
        places.push(`${where}: ${JSON.stringify(value)}`);
  };
  const walk = (folder: string) => {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (lstatSync(path).isDirectory()) {
        if (name !== "results" && name !== "bundles") walk(path);
      } else look(relative(base, path), readFileSync(path));
    }
  };
  walk(join(base, ".millrace"));
  look("stdout", Buffer.from(outcome.stdout));
  look("stderr", Buffer.from(outcome.stderr));
  return places;
}

function values(count: number, seed: number): string[] {
  return fc.sample(secretValue, { numRuns: count, seed });
}

describe("secrets of a run", () => {
  it("stand nowhere but in results, whether it is fresh, retried, resumed, from the cache, or of a subflow", async function () {
    this.timeout(120_000);
    const folder = new FlowFolder({ "test.flow.ts": leaky, "fail.txt": "", "ran.txt": "" });
    const parameter = values(12, 13).map((value) => Buffer.from(value).toString());
    const [inBody, inTask, inDynamic] = values(40, 14).filter((value) => !value.includes("\0"));
    assert.ok(inBody !== undefined && inTask !== undefined && inDynamic !== undefined);
    const env = { IN_THE_BODY: inBody, IN_A_TASK: inTask, IN_A_DYNAMIC_TASK: inDynamic };
    const all = [...parameter, ...Object.values(env).map((value) => Buffer.from(value).toString())];
    const input = JSON.stringify({ parameters: { values: parameter, again: `also ${parameter[0]}` } });

    const fresh = await folder.run(["--stdin"], { env, input });
    assert.match(fresh.states, /Last-0 Failed/, fresh.stderr);
    assert.deepEqual(leaks(folder.path, fresh, all), []);
    assert.deepEqual(fresh.run.info.parameters, { values: "***", again: "also ***" });
    assert.match(fresh.log, /WARNING \| Task run 'Use-0' - The result of task 'Use' holds a secret/);
    assert.equal(folder.read("ran.txt").match(/cached/g)?.length, new Set(parameter).size);

    const refused = await folder.resume([], { env });
    assert.match(refused.stderr, /had a secret, which isn't kept: values, again\. Give it again/);
    folder.write({ "ran.txt": "" });
    const failedAgain = await folder.resume(["--stdin"], { env, input });
    assert.match(failedAgain.states, /Last-0 Failed/);
    assert.deepEqual(leaks(folder.path, failedAgain, all), []);
    const adopted = failedAgain.events.filter((event) => event.type === "task-run-created" && event.adopted);
    assert.ok(adopted.length >= parameter.length, `${adopted.length} are taken from before`);
    assert.equal(folder.read("ran.txt"), "");

    const cached = await folder.run(["--stdin"], { env, input });
    assert.deepEqual(leaks(folder.path, cached, all), []);
    const states = currentTaskRuns(cached.view).map(({ id, state }) => `${id} ${formatState(state)}`);
    assert.equal(
      states.filter((state) => /^(Inner-0\/)?(Cached|Reads)-\d+ Cached/.test(state)).length,
      parameter.length + 2,
      states.join("\n"),
    );
    const other = await folder.run(["--stdin"], { env: { ...env, IN_A_TASK: "another value" }, input });
    assert.match(other.states, /Reads-0 Completed/);
  });

  it("are known by keyed digests: an unkeyed one could be guessed", async () => {
    const flow = (options: string) => `
const use = task("Use", (value: string) => value.length);
export default flow({ name: "F", parameters: z.object({ pin: z.string()${options} }) }, async ({ pin }) => { await use(pin); });
`;
    const digest = async (folder: FlowFolder) => {
      const { events } = await folder.run(["--pin", "314159"]);
      const created = events.find((event) => event.type === "task-run-created");
      return created?.type === "task-run-created" ? created.inputs : undefined;
    };
    const open = await digest(new FlowFolder({ "test.flow.ts": flow("") }));
    const folder = new FlowFolder({ "test.flow.ts": flow(".meta({ secret: true })") });
    const secret = await digest(folder);
    assert.match(secret ?? "", /^[\da-f]{64}$/);
    assert.notEqual(secret, open);
    assert.equal(await digest(folder), secret, "the same in another run of the folder");
    const key = join(folder.path, ".millrace", "digest.key");
    assert.equal(lstatSync(key).mode & 0o777, 0o600);
    const elsewhere = new FlowFolder({ "test.flow.ts": flow(".meta({ secret: true })") });
    assert.notEqual(await digest(elsewhere), secret, "another in another folder");
  });

  it("that are missing are told before the run starts, where the body asks for them", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const inTask = task("In a task", () => secret("OF_TASK"));
export default flow({ name: "F", parameters: z.object({ live: z.boolean().default(true) }) }, async ({ live }) => {
  if (live) console.log(secret("OF_BODY").length);
  await inTask();
});
`,
    });
    const { code, stderr, stdout } = await folder.run();
    assert.equal(
      stderr,
      `error: There is no secret 'OF_BODY'. Set the variable OF_BODY of the environment, put the value into the file /run/secrets/OF_BODY, or, for runs that are started in VS Code, use its command "Millrace: Set Secret".\n`,
    );
    assert.equal(code, 2);
    assert.match(stdout, /^\{"error":.*\}\n$/);
    assert.deepEqual(
      readdirSync(join(folder.path, ".millrace")).includes("runs")
        ? readdirSync(join(folder.path, ".millrace", "runs"))
        : [],
      [],
    );
    const later = await folder.run(["--no-live"]);
    assert.match(later.states, /In a task-0 Failed\('There is no secret .'OF_TASK.'\./);
  });

  it("are looked for in all rows of the tables that are kept", async () => {
    const { log } = await new FlowFolder({
      "test.flow.ts": `
import { openSession, type Session } from "millrace";
const many = task("Many", (session: Session, told: string) =>
  session.sql\`SELECT id, CASE WHEN id = 70000 THEN 'key ' || \${told} END AS note FROM (SELECT unnest(range(100000)) AS id)\`);
const none = task("None", (session: Session) => session.sql\`SELECT 1 AS one\`);
export default flow("F", async () => {
  await using session = await openSession();
  await many(session, secret("TOLD"));
  await none(session);
});
`,
    }).run([], { env: { TOLD: "open sesame" } });
    assert.deepEqual(log.match(/WARNING .*/g), [
      "WARNING | Task run 'Many-0' - The result of task 'Many' holds a secret, and is kept as it is in the run's folder. Return it without.",
    ]);
  });

  it("that are given on standard input are there in bodies and tasks", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `
const inTask = task("In a task", () => secret("GIVEN").length);
export default flow("F", async () => { log.info("%d %d", secret("GIVEN").length, await inTask()); });
`.replace('flow("F",', 'flow({ name: "F" },'),
    });
    const { log, stderr } = await folder.run(["--stdin"], { input: '{"secrets":{"GIVEN":"12345678"}}' });
    assert.match(log, /8 8/, stderr);
    const wrong = await folder.run(["--stdin"], { input: '{"secrets":{"GIVEN":"hunter2-hunter2"' });
    assert.equal(
      wrong.stderr,
      'error: What is on standard input is no JSON object: give a JSON object { "parameters": { ... }, "secrets": { "NAME": "value" } }.\n',
    );
  });
});
