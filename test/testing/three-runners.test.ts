import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** README's test, but for where `it` comes from. */
const body = `
import assert from "node:assert/strict";
import { inTest, replaceTask, testFlow } from "millrace/testing";
import { openSession } from "millrace";
import cities, { load, warmest } from "./cities.flow.ts";

const days = (session) =>
  session.fromRows(
    [{ name: "city", type: "string" }, { name: "celsius", type: "double" }],
    [{ city: "Rome", celsius: 19 }, { city: "Oslo", celsius: 6 }],
  );

describe("Cities", () => {
  it("publishes the warmest cities", async () => {
    await using run = await testFlow(cities, { file: "days.csv" }, { replace: [replaceTask(load, days)] });
    assert.equal(run.state.name, "Completed");
    assert.deepEqual(run.artifacts.warmest.content.rows, [["Rome", 19]]);
    assert.ok(run.logs.some(({ message }) => message === "1 cities"));
  });

  it("takes days above a mean", async () => {
    const rows = await inTest(async () => {
      await using session = await openSession();
      return await (await warmest.fn(session, await days(session), 5)).rows();
    });
    assert.deepEqual(rows, [{ city: "Rome", mean: 19 }, { city: "Oslo", mean: 6 }]);
  });
});
`;

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

describe("millrace/testing in a project of its own", function () {
  this.timeout(240_000);
  let project: string;
  before(() => {
    project = realpathSync(mkdtempSync(join(tmpdir(), "millrace-runners-")));
    mkdirSync(join(project, "node_modules"));
    for (const name of ["tsx", "mocha", "zod"])
      symlinkSync(resolve("node_modules", name), join(project, "node_modules", name));
    symlinkSync(resolve("."), join(project, "node_modules", "millrace"));
    writeFileSync(join(project, "package.json"), '{ "type": "module" }');
    cpSync("test/testing/cities.flow.ts", join(project, "cities.flow.ts"));
    const write = (name: string, head: string) => writeFileSync(join(project, name), head + body);
    write("cities.mocha.ts", "");
    write("cities.node.ts", 'import { describe, it } from "node:test";');
    write("cities.vitest.ts", 'import { describe, it } from "vitest";');
  });
  after(() => rmSync(project, { recursive: true, force: true, maxRetries: 3 }));

  it("works in mocha", async () => {
    const { code, output } = await run(["node_modules/mocha/bin/mocha.js", "cities.mocha.ts"]);
    assert.deepEqual([code, /2 passing/.test(output)], [0, true], output);
  });

  it("works in node:test", async () => {
    const { code, output } = await run(["--test", "cities.node.ts"]);
    assert.deepEqual([code, /# pass [23]\b|ℹ pass [23]\b/.test(output)], [0, true], output);
  });

  it("works in vitest", async function () {
    const npm = await start(
      "npm",
      ["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "vitest"],
      vitest(),
    );
    if (npm.code !== 0) {
      console.log(`      npm can't install vitest here: ${npm.output.trim().split("\n").at(-1)}`);
      this.skip();
    }
    cpSync("test/testing/cities.flow.ts", join(vitest(), "cities.flow.ts"));
    cpSync(join(project, "cities.vitest.ts"), join(vitest(), "cities.test.ts"));
    for (const name of ["millrace", "zod"])
      symlinkSync(
        resolve(name === "millrace" ? "." : `node_modules/${name}`),
        join(vitest(), "node_modules", name),
      );
    const { code, output } = await start(
      process.execPath,
      ["node_modules/vitest/vitest.mjs", "run", "--reporter=verbose"],
      vitest(),
    );
    assert.deepEqual([code, /2 passed/.test(output)], [0, true], output);
  });

  /** npm would take away what isn't its own. */
  function vitest(): string {
    const folder = join(project, "with-vitest");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    return folder;
  }

  function run(args: readonly string[]): Promise<Ran> {
    return start(process.execPath, ["--import", "tsx", ...args], project);
  }
});

function start(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...env } = process.env;
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", fail);
    child.on("close", (code) => done({ code, output }));
  });
}
