import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FlowFolder, text } from "./flow-fixture.ts";

const root =
  process.env.MILLRACE_CLI === undefined
    ? fileURLToPath(new URL("../..", import.meta.url))
    : dirname(dirname(process.env.MILLRACE_CLI));

async function refusal(files: { readonly [name: string]: string }): Promise<string> {
  const folder = new FlowFolder(files);
  const { code, stdout } = await folder.run();
  assert.equal(code, 1);
  const { error } = JSON.parse(stdout) as { readonly error: { readonly message: string } };
  return `error: ${error.message.replaceAll(folder.path, "FOLDER")}`;
}

describe("a flow file", () => {
  it("that can't be run is refused with the place and what to do", async () => {
    const cases: [string, { readonly [name: string]: string }, string][] = [
      [
        "syntax error",
        {
          "test.flow.ts": `import { flow } from "millrace";\nexport default flow({ name: "F" }, () => {\n  const a = ;\n});\n`,
        },
        text`
          error: The flow can't be built.
          ✘ [ERROR] Unexpected ";"

              FOLDER/test.flow.ts:3:12:
                3 │   const a = ;
                  ╵             ^`,
      ],
      [
        "missing module",
        {
          "test.flow.ts": `import { load } from "./tasks.ts";\nexport default load;\n`,
          "tasks.ts": `import { x } from "./gone.ts";\nexport const load = x;\n`,
        },
        text`
          error: The flow can't be built.
          ✘ [ERROR] Could not resolve "./gone.ts"

              FOLDER/tasks.ts:1:18:
                1 │ import { x } from "./gone.ts";
                  ╵                   ~~~~~~~~~~~`,
      ],
      [
        "no flow",
        { "test.flow.ts": `export const nothing = 1;\n` },
        `error: FOLDER/test.flow.ts has no flow as its default export. Write: export default flow({ name: "..." }, async () => { ... });`,
      ],
      [
        "two tasks of a name",
        {
          "test.flow.ts": `\nimport "./other.ts";\nconst a = task("Load", () => 1);\nexport default flow({ name: "F" }, () => {});\n`,
          "other.ts": `import { task } from "millrace";\nexport const b = task("Load", () => 2);\n`,
        },
        "error: Two tasks are named 'Load': at FOLDER/other.ts:2:18 and at FOLDER/test.flow.ts:3:11. Give one of them another name.",
      ],
      [
        "import that throws",
        {
          "test.flow.ts": `\nfunction setUp() { throw new RangeError("at import"); }\nsetUp();\nexport default flow({ name: "F" }, () => {});\n`,
        },
        text`
          error: FOLDER/test.flow.ts fails when it is imported.
          RangeError: at import
              at setUp (FOLDER/test.flow.ts:2:26)
              at <anonymous> (FOLDER/test.flow.ts:3:1)`,
      ],
    ];
    for (const [what, files, expected] of cases) {
      assert.equal((await refusal(files)).replaceAll(/\n +$/gm, "\n"), expected, what);
    }
  });

  it("needs nothing installed beside it, and takes from its own node_modules what that has", async () => {
    const flow = `
import { sqrt } from "nothing-else";
const one = task("One", () => sqrt(16));
export default flow({ name: "F", parameters: z.object({ n: z.number().default(1) }) }, async ({ n }) => { log.info("four", await one(), n, globalThis.isCopy); });
`;
    const bare = new FlowFolder({
      "test.flow.ts": flow.replace(/import.*nothing-else";/, "const sqrt = Math.sqrt;"),
    });
    assert.match((await bare.run()).log, /four 4 1 undefined$/m);
    const own = new FlowFolder({
      "test.flow.ts": flow,
      "node_modules/nothing-else/package.json": `{ "name": "nothing-else", "type": "module", "exports": "./index.js" }`,
      "node_modules/nothing-else/index.js": `export const sqrt = (n) => Math.sqrt(n);\n`,
    });
    // Another copy of the runtime, that says that it is one: it works together with the one that runs the flow.
    const copy = join(own.path, "copy");
    mkdirSync(copy);
    cpSync(join(root, "dist"), join(copy, "dist"), {
      recursive: true,
      filter: (path) => !path.endsWith("types"),
    });
    cpSync(join(root, "package.json"), join(copy, "package.json"));
    appendFileSync(join(copy, "dist", "index.js"), "\nglobalThis.isCopy = true;\n");
    symlinkSync(copy, join(own.path, "node_modules", "millrace"));
    for (const name of ["zod", "piscina", "esbuild", "@duckdb"])
      symlinkSync(join(root, "node_modules", name), join(own.path, "node_modules", name));
    const outcome = await own.run();
    assert.equal(outcome.code, 0, outcome.stderr + outcome.log);
    assert.match(outcome.log, /four 4 1 true$/m);
  });
});
