import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { bundleFlow } from "../../runtime/discovery/bundle-flow.ts";
import { UserError } from "../../runtime/errors/user-error.ts";
import { reportError } from "../../runtime/worker/error-report.ts";
import { temporaryFolder } from "../runner/flow-fixture.ts";

type Files = { readonly [name: string]: string };

describe("modules of a flow", () => {
  it("have the values that they have in Node, when TypeScript's compiler has made JavaScript of them", async () => {
    const trees = fc.sample(tree, { numRuns: 60, seed: 16 });
    const { sources, compiled } = writeTrees(trees);
    const ours = await valuesOf(
      await Promise.all(trees.map((_, i) => bundleOf(join(sources, `t${i}`, "main.ts")))),
    );
    const node = await valuesOf(trees.map((_, i) => join(compiled, `t${i}`, "main.js")));
    const differences = trees.flatMap((files, i) =>
      ours[i] === node[i] ? [] : [`${JSON.stringify(files, null, 1)}\nis ${ours[i]}, in Node ${node[i]}`],
    );
    assert.equal(differences.slice(0, 3).join("\n\n"), "");
    assert.ok(node.filter((value) => !value?.startsWith("fails")).length > 30, node.join("\n"));
  });

  it("know where they are, whatever their kind and their folder's name is", async () => {
    process.setSourceMapsEnabled(true);
    const folder = temporaryFolder();
    const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
      (letter) => letter !== "/",
    );
    const names = [
      `a ${printable.join("")}`,
      "Projects (old)",
      "back\\slash",
      "line\nbreak",
      "日本 ñ\u0301",
      "x".repeat(255),
      "%41%2f",
      "#?",
    ];
    for (const name of names) {
      const files: Files = {
        "main.ts": `import places from "./places.cjs";\nimport * as own from "./own.mts";\nexport const value = { places, own: { ...own } };\nexport const fail = () => {\n  throw new Error("here"); };\n`,
        "places.cjs": `"use strict";\nmodule.exports = { dirname: __dirname, filename: __filename, resolved: require.resolve("./own.mts"), text: require("node:fs").readFileSync(__dirname + "/data.txt", "utf8") };\n`,
        "own.mts": `import { readFileSync } from "node:fs";\nexport const { dirname, filename, url } = import.meta;\nexport const text = readFileSync(new URL("data.txt", import.meta.url), "utf8");\nexport const resolved = import.meta.resolve("./data.txt");\n`,
        "data.txt": "beside",
      };
      write(join(folder, name), files);
      const at = (file: string) => join(folder, name, file);
      const { value, fail } = (await import(pathToFileURL(await bundleOf(at("main.ts"))).href)) as Record<
        string,
        never
      >; // the module above
      assert.deepEqual(value, {
        places: {
          dirname: join(folder, name),
          filename: at("places.cjs"),
          resolved: at("own.mts"),
          text: "beside",
        },
        own: {
          dirname: join(folder, name),
          filename: at("own.mts"),
          url: pathToFileURL(at("own.mts")).href,
          text: "beside",
          resolved: pathToFileURL(at("data.txt")).href,
        },
      });
      const thrown = await Promise.resolve()
        .then(fail)
        .catch((error: unknown) => error);
      assert.deepEqual(reportError(thrown).source, { file: at("main.ts"), line: 5, column: 9 });
    }
  });

  it("of a workspace may be CommonJS that requires builtins and packages, behind a link", async () => {
    const folder = temporaryFolder();
    write(folder, {
      "packages/util/package.json": '{ "name": "@acme/util", "main": "dist/index.js" }',
      "packages/util/dist/index.js": `"use strict";\nObject.defineProperty(exports, "__esModule", { value: true });\nconst fs_1 = require("node:fs");\nconst dep = require("dep");\nexports.count = (folder) => fs_1.readdirSync(folder).length + dep.one;\n`,
      "node_modules/dep/package.json": '{ "name": "dep", "main": "i.js" }',
      "node_modules/dep/i.js": "exports.one = 1;",
      "apps/etl/main.ts": `import { count } from "@acme/util";\nimport path = require("node:path");\nexport const value = [count(__dirname), path.basename("a/b")];\n`,
    });
    mkdirSync(join(folder, "node_modules/@acme"), { recursive: true });
    symlinkSync("../../packages/util", join(folder, "node_modules/@acme/util"));
    assert.deepEqual(await valuesOf([await bundleOf(join(folder, "apps/etl/main.ts"))]), ['[2,"b"]']);
  });

  it("with decorators are refused where tsconfig.json asks for their metadata, with the option's place", async () => {
    const folder = temporaryFolder();
    write(folder, {
      "base.json":
        '{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true, }, /* all */ }',
      "tsconfig.json": '{ "extends": "./base.json" }',
      "main.ts": "function column(..._: unknown[]): void {}\nexport class Row { @column id = 1; }\n",
      "plain.ts": "/**\n * @param x\n */\nexport const value = '@me (x)'; // @column\n",
      "own/tsconfig.json":
        '{ "extends": "../tsconfig.json", "compilerOptions": { "emitDecoratorMetadata": false } }',
      "own/main.ts":
        "function column(..._: unknown[]): void {}\nclass Row { @column id = 1; }\nexport const value = new Row().id;\n",
    });
    await assert.rejects(bundleOf(join(folder, "main.ts")), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /base\.json has "emitDecoratorMetadata": true/);
      assert.deepEqual(error.source, { file: join(folder, "main.ts"), line: 2, column: 1 });
      return true;
    });
    assert.deepEqual(
      await valuesOf([await bundleOf(join(folder, "plain.ts")), await bundleOf(join(folder, "own/main.ts"))]),
      ['"@me (x)"', "1"],
    );
  });

  it("may be texts and JSON", async () => {
    const folder = temporaryFolder();
    write(folder, {
      "main.ts":
        'import sql from "./q.sql" with { type: "text" };\nimport md from "./r.md";\nimport j from "./j.json" with { type: "json" };\nexport const value = [sql, md, j];\n',
      "q.sql": "SELECT 1",
      "r.md": "# R",
      "j.json": '{ "a": [1] }',
    });
    assert.deepEqual(await valuesOf([await bundleOf(join(folder, "main.ts"))]), [
      '["SELECT 1","# R",{"a":[1]}]',
    ]);
  });
});

const bundles = temporaryFolder();

async function bundleOf(file: string): Promise<string> {
  return (await bundleFlow(file, bundles)).path;
}

/** What `value` is in each module, in a process of Node's alone. */
async function valuesOf(files: readonly string[]): Promise<string[]> {
  const code = `
const told = [];
for (const file of JSON.parse(process.argv[1])) {
  try {
    const module = await import(file);
    told.push(JSON.stringify((module.default?.value !== undefined ? module.default : module).value, (_, v) => v === undefined ? "undefined" : typeof v === "function" ? "function " + v() : v instanceof Array || Object(v) !== v ? v : Object.fromEntries(Object.entries(v).filter(([key]) => key !== "module.exports").sort())));
  } catch (error) { told.push("fails: " + error.name); }
}
console.log(JSON.stringify(told));`;
  const urls = JSON.stringify(files.map((file) => pathToFileURL(file).href));
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code, urls], {
    encoding: "utf8",
  });
  assert.ok(stdout.startsWith("["), stderr);
  return JSON.parse(stdout) as string[]; // printed above
}

function write(folder: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** The trees, and what TypeScript's compiler makes of them. */
function writeTrees(trees: readonly Files[]) {
  const sources = temporaryFolder();
  const compiled = temporaryFolder();
  for (const [i, files] of trees.entries()) {
    write(join(sources, `t${i}`), files);
    const data = Object.entries(files).filter(
      ([name]) => name.startsWith("node_modules") || name === "package.json" || name.endsWith(".json"),
    );
    write(join(compiled, `t${i}`), Object.fromEntries(data));
  }
  const mains = trees.map((_, i) => join(sources, `t${i}`, "main.ts"));
  const options = [
    "--ignoreConfig",
    "--module",
    "nodenext",
    "--target",
    "esnext",
    "--noCheck",
    "--allowJs",
    "--esModuleInterop",
    "--rootDir",
    sources,
    "--outDir",
    compiled,
  ];
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/lib/tsc.js", import.meta.url));
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...mains], { encoding: "utf8" });
  assert.equal(stdout.match(/error TS(?!2307|7016)\d+.*/g)?.join("\n") ?? "", "", stdout);
  return { sources, compiled };
}

interface Kind {
  readonly file: string;
  /** As an importer names it. */
  readonly name: string;
  readonly text: string;
  readonly isCommonJs: boolean;
}

const esm = "export const a = 1;\nexport let b = 2;\nexport default function d() { return 3; }\n";
const lateEsm = "export const a = await Promise.resolve(1);\nexport default a + 1;\n";
const commonJs = 'exports.a = 1;\nexports.d = () => require("node:path").basename("x/y");\n';
const marked =
  'Object.defineProperty(exports, "__esModule", { value: true });\nexports.a = 1;\nexports.default = 7;\n';
const whole = "module.exports = function f() { return 5; };\nmodule.exports.a = 1;\n";
const surroundings =
  'exports.a = [typeof require, typeof module, typeof exports, typeof __dirname, require("path").basename(__filename)];\n';

const library: fc.Arbitrary<Kind> = fc.constantFrom(
  ...[esm, lateEsm].flatMap((text): Kind[] => [
    { file: "lib.mts", name: "./lib.mjs", text, isCommonJs: false },
    { file: "lib.mjs", name: "./lib.mjs", text, isCommonJs: false },
    { file: "node_modules/pack/lib.mjs", name: "pack", text, isCommonJs: false },
  ]),
  ...[commonJs, marked, whole, surroundings].flatMap((text): Kind[] => [
    { file: "lib.cjs", name: "./lib.cjs", text, isCommonJs: true },
    { file: "node_modules/pack/lib.cjs", name: "pack", text, isCommonJs: true },
  ]),
);

const uses = (name: string): readonly string[] => [
  `import d from "${name}"; export const value = [typeof d, d];`,
  `import { a } from "${name}"; export const value = a;`,
  `import * as all from "${name}"; export const value = [Object.keys(all).filter((key) => key !== "module.exports").sort(), all];`,
  `export const value = await import("${name}").then((all) => [all.default, all.a]);`,
];

/** A package whose main module uses a library of some kind in some way. */
const tree: fc.Arbitrary<Files> = fc
  .tuple(library, fc.nat({ max: 3 }), fc.constantFrom("import", "module"))
  .map(([lib, way, condition]) => ({
    "package.json": '{ "type": "module" }',
    "main.ts": `${uses(lib.name)[way] ?? ""}\n`,
    [lib.file]: lib.text,
    ...(lib.name === "pack"
      ? {
          "node_modules/pack/package.json": JSON.stringify({
            name: "pack",
            exports: { ".": { [condition]: `./${lib.file.slice(18)}`, default: `./${lib.file.slice(18)}` } },
          }),
        }
      : {}),
  }));
