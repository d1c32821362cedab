import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cli, makeRoom, removeRoom, text, transcript } from "./cli.ts";

const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));

/** What TypeScript says of a folder, as an editor's language service would. */
function typeErrors(folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [tsc, "--noEmit", "--pretty", "false", "-p", "."],
      { cwd: folder },
      (_error, stdout) => resolve(stdout),
    );
  });
}

describe("millrace init", () => {
  let room: string;
  beforeEach(() => {
    room = makeRoom();
  });
  afterEach(() => removeRoom(room));

  const init = async (...args: string[]) => transcript(await cli(["init", ...args], { cwd: room }), room);

  it("writes a flow that runs, and says what to do next", async () => {
    assert.equal(
      await init("new/project"),
      text`
        new/project/.millrace/tsconfig.json tells editors where the types of millrace and zod are on this machine.
        new/project/hello.flow.ts is written.
        new/project/tsconfig.json is written.

        Next:
          cd new/project
          millrace run hello
          millrace run hello --help
          millrace graph hello
          millrace show latest
        exit 0`,
    );
    const folder = join(room, "new", "project");
    const run = await cli(["run", "hello", "--boards", "2", "-d", "1000"], { cwd: folder });
    assert.equal(run.code, 0);
    assert.match(run.stdout, /Task run 'Estimate pi-0' - pi is about [23]\.\d+\n/);
    const graph = await cli(["graph", "hello", "--boards", "2"], { cwd: folder });
    assert.deepEqual(graph, {
      code: 0,
      stdout: "Hello\n 1 Throw darts  × 2\n 2 Estimate pi-0  ← Throw darts × 2\n",
      stderr: "",
    });
  });

  it("writes only what an editor needs where there are flows already", async () => {
    writeFileSync(join(room, "tsconfig.json"), '{ "extends": "./base.json" }\n');
    assert.equal(
      await init("--types"),
      text`
        .millrace/tsconfig.json tells editors where the types of millrace and zod are on this machine.
        tsconfig.json is there already and stays as it is.
        For the types, add to tsconfig.json: "extends": ["./base.json", "./.millrace/tsconfig.json"].
        exit 0`,
    );
    assert.deepEqual(readdirSync(room).sort(), [".millrace", "tsconfig.json"]);
  });

  it("lets an editor know the types of millrace and zod, with nothing installed", async () => {
    await init();
    assert.equal(await typeErrors(room), "");
    const flow = readFileSync(join(room, "hello.flow.ts"), "utf8");
    writeFileSync(
      join(room, "wrong.flow.ts"),
      flow.replace("throwDarts.map(numbers, darts)", 'throwDarts.map(numbers, "many")'),
    );
    writeFileSync(
      join(room, "worse.ts"),
      'import { z } from "zod";\nimport "millrace/matching";\nz.nothing();\n',
    );
    assert.match(
      await typeErrors(room),
      /^worse\.ts\(3,3\): error TS2339: Property 'nothing' does not exist.*\nwrong\.flow\.ts\(\d+,\d+\): error TS2769: No overload matches this call\..*Argument of type .string. is not assignable to .*number/s,
    );
  }).timeout(20_000);

  it("writes a tsconfig.json that stands in a clone, without .millrace: what is installed there counts", async () => {
    await init();
    rmSync(join(room, ".millrace"), { recursive: true });
    mkdirSync(join(room, "node_modules"));
    for (const name of ["millrace", "zod"])
      symlinkSync(
        resolve(name === "millrace" ? "." : `node_modules/${name}`),
        join(room, "node_modules", name),
      );
    assert.equal(await typeErrors(room), "");
  }).timeout(20_000);

  it("needs no types of a package that isn't a dependency", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    const types = resolve("dist/types");
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"([^"]+)"/g)) {
        if (path.startsWith(".")) visit(resolve(dirname(file), path.replace(/\.[jt]s$/, ".d.ts")));
        else if (!path.startsWith("node:")) packages.add(path);
      }
    };
    for (const entry of ["index", "matching", "testing"]) visit(join(types, `${entry}.d.ts`));
    assert.ok(seen.size > 10);
    assert.deepEqual(
      [...packages].filter((name) => !(name in dependencies)),
      [],
    );
  });

  it("overwrites nothing, and says what to add", async () => {
    const own = { "hello.flow.ts": "// mine\n", "tsconfig.json": '{ "extends": "./base.json" }\n' };
    for (const [name, content] of Object.entries(own)) writeFileSync(join(room, name), content);
    assert.equal(
      (await init()).split("\n\nNext:")[0],
      text`
        .millrace/tsconfig.json tells editors where the types of millrace and zod are on this machine.
        hello.flow.ts is there already and stays as it is.
        tsconfig.json is there already and stays as it is.
        For the types, add to tsconfig.json: "extends": ["./base.json", "./.millrace/tsconfig.json"].`,
    );
    for (const [name, content] of Object.entries(own)) {
      assert.equal(readFileSync(join(room, name), "utf8"), content);
    }
  });

  it("leaves to the folder's own node_modules what they have", async () => {
    mkdirSync(join(room, "node_modules", "zod"), { recursive: true });
    writeFileSync(join(room, "node_modules", "zod", "package.json"), "{}");
    await init();
    const { compilerOptions } = JSON.parse(readFileSync(join(room, ".millrace", "tsconfig.json"), "utf8"));
    assert.deepEqual(Object.keys(compilerOptions.paths), [
      "millrace",
      "millrace/matching",
      "millrace/testing",
    ]);
  });
});
