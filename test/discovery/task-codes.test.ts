import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { loadFlow } from "../../runtime/discovery/load-flow.ts";
import { temporaryFolder, text } from "../runner/flow-fixture.ts";

type Files = { readonly [name: string]: string };

/** A flow's files, in a folder of their own after each change: which tasks' codes are others than before. */
class Tree {
  #files: Files = {};
  #before = new Map<string, string>();

  async changed(files: Files = {}): Promise<string> {
    this.#files = { ...this.#files, ...files };
    const now = await codesOf(this.#files);
    const names = [...now]
      .filter(([name, digest]) => this.#before.get(name) !== digest)
      .map(([name]) => name);
    this.#before = now;
    return names.join(" ") || "none";
  }
}

async function codesOf(files: Files): Promise<Map<string, string>> {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  const { tasks } = await loadFlow(join(folder, "t.flow.ts"), join(folder, ".bundles"));
  return new Map([...tasks].map(([name, { code }]) => [name, code.digest]));
}

const flowFile = `import { flow, task } from "millrace";
import { z } from "zod";
import { clean, shout } from "./text.ts";
import * as all from "./all.ts";

const limit = 10;
const load = task("Load", (n: number) => Math.min(n, limit));
const tell = task({ name: "Tell", retries: 1 }, (name: string) => shout(name));
const many = ["x", "y"].map((name) => task(\`Many \${name}\`, () => name + many.length));
const late = task("Late", async () => (await import("deeper")).default() + (await import("./late.ts")).value);
const pair = { left: task("Left", () => all.one()), right: task("Right", () => clean(" a ")) };
export default flow({ name: "F", parameters: z.object({ n: z.number().default(3) }) }, async ({ n }) => {
  load(n); tell("a"); for (const each of many) each(); late(); pair.left(); pair.right();
});
`;
const textFile = `import { deep } from "dep";
const mark = "!";
export const shout = (name: string) => clean(name).toUpperCase() + mark;
export function clean(name: string) { return name.trim(); }
export const unused = () => deep();
`;
const allFile = `export { two as one } from "./numbers/two.ts";\nexport const three = 3;\n`;
const twoFile = `import { deep } from "dep";\nexport const two = () => deep() + 2;\n`;
const packages = {
  "node_modules/dep/package.json": `{ "name": "dep", "version": "1.0.0", "main": "index.js" }`,
  "node_modules/dep/index.js": `const deeper = require("deeper");\nexports.deep = () => deeper();\n`,
  "node_modules/deeper/package.json": `{ "name": "deeper", "version": "1.0.0" }`,
  "node_modules/deeper/index.js": `module.exports = () => 1;\n`,
};
const files: Files = {
  "t.flow.ts": flowFile,
  "text.ts": textFile,
  "all.ts": allFile,
  "numbers/two.ts": twoFile,
  "late.ts": `import data from "./late.json";\nexport const value = data.value;\n`,
  "late.json": `{ "value": 1, "other": 2 }`,
  ...packages,
};

/** A declaration of a generated module: a function, or one that a task runs, that adds a number and calls others. */
interface Declaration {
  readonly module: number;
  /** Names of a few letters, so that modules have the same ones. */
  readonly name: string;
  readonly number: number;
  readonly kind: "arrow" | "function" | "class" | "task";
  /** Indices of earlier declarations. */
  readonly calls: readonly number[];
}

interface ModuleTree {
  readonly declarations: readonly Declaration[];
  /** By module: what it does to the global scope when it is loaded, if it does anything. */
  readonly effects: readonly (number | undefined)[];
  /** By module: lines that mean nothing. */
  readonly noise: readonly string[];
}

const modules = 3;

const anyTree: fc.Arbitrary<ModuleTree> = fc
  .record({
    declarations: fc.array(
      fc.record({
        module: fc.nat(modules - 1),
        number: fc.nat(1_000),
        kind: fc.constantFrom("arrow", "function", "class", "task"),
        calls: fc.array(fc.nat(1_000), { maxLength: 3 }),
      }),
      { minLength: 2, maxLength: 12 },
    ),
    effects: fc.array(fc.option(fc.nat(9), { nil: undefined, freq: 4 }), {
      minLength: modules,
      maxLength: modules,
    }),
  })
  .map(({ declarations, effects }) => {
    const counts = Array.from({ length: modules }, () => 0);
    const named = declarations.map((declaration, index): Declaration => {
      const count = counts[declaration.module] ?? 0;
      counts[declaration.module] = count + 1;
      const calls = declaration.calls.map((call) => call % Math.max(index, 1)).filter((call) => call < index);
      return { ...declaration, name: "abcdefghijkl"[count] ?? "", calls: [...new Set(calls)] };
    });
    const callable = named.map(({ calls, ...rest }) => ({
      ...rest,
      calls: calls.filter((call) => named[call]?.kind !== "task"),
    }));
    return { declarations: callable, effects, noise: Array.from({ length: modules }, () => "") };
  });

type Edit = (tree: ModuleTree) => ModuleTree;

const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(1_000)).map(
    ([at, number]): Edit =>
      (tree) => ({
        ...tree,
        declarations: tree.declarations.map((each, i) =>
          i === at % tree.declarations.length ? { ...each, number } : each,
        ),
      }),
  ),
  fc
    .tuple(
      fc.nat(modules - 1),
      fc.constantFrom(
        "// told",
        "/** told */",
        "\n\n",
        "/*! told */",
        "interface Told { a: 1 }",
        "const a2 = 1, name = a2;",
      ),
    )
    .map(
      ([module, line]): Edit =>
        (tree) => ({
          ...tree,
          noise: tree.noise.map((noise, i) =>
            i === module && !noise.includes(line) ? `${noise}${line}\n` : noise,
          ),
        }),
    ),
  fc.tuple(fc.nat(modules - 1), fc.nat(9)).map(
    ([module, number]): Edit =>
      (tree) => ({
        ...tree,
        effects: tree.effects.map((effect, i) => (i === module && effect !== undefined ? number : effect)),
      }),
  ),
);

const tasksOf = (tree: ModuleTree) =>
  tree.declarations
    .map((each, index) => ({ ...each, index, name: `T${index}` }))
    .filter(({ kind }) => kind === "task");

/** The text of a tree's modules, by every way there is to import and to declare. */
function filesOf(tree: ModuleTree): Files {
  const texts = Array.from({ length: modules }, (_, module) => {
    const imports = new Set<string>();
    const lines = tree.declarations.flatMap((own, index) => {
      if (own.module !== module) return [];
      const calls = own.calls.map((call) => {
        const other = tree.declarations[call];
        if (other === undefined) return "0";
        const suffix = other.kind === "class" ? ".value()" : "()";
        if (other.module === module) return other.name + suffix;
        const [alias, way] = [`${other.name}_of_${other.module}`, (call + index) % 2];
        imports.add(
          way === 0
            ? `import { ${other.name} as ${alias} } from "./m${other.module}.ts";`
            : `import * as m${other.module} from "./m${other.module}.ts";`,
        );
        return (way === 0 ? alias : `m${other.module}.${other.name}`) + suffix;
      });
      const sum = [own.number, ...calls].join(" + ");
      // A local of a name that other modules declare.
      const body = `{ const name = ${sum}, a2 = name; return a2; }`;
      if (own.kind === "arrow") return [`export const ${own.name} = () => ${body};`];
      if (own.kind === "function") return [`export function ${own.name}() ${body}`];
      if (own.kind === "class") return [`export class ${own.name} { static value() ${body} }`];
      return [`export const ${own.name} = task("T${index}", () => ${body});`];
    });
    const effect = tree.effects[module];
    return [
      'import { task } from "millrace";',
      ...imports,
      tree.noise[module],
      ...(effect === undefined ? [] : [`globalThis.told = ${effect};`]),
      ...lines,
    ].join("\n");
  });
  const used = tasksOf(tree).map(({ module, index }) => `void m${module}.${tree.declarations[index]?.name};`);
  const all = texts.map(
    (_, module) => `import "./m${module}.ts";\nimport * as m${module} from "./m${module}.ts";`,
  );
  const flow = [
    'import { flow } from "millrace";',
    ...all,
    `export default flow({ name: "F" }, () => { ${used.join(" ")} });`,
  ];
  return Object.fromEntries([
    ["t.flow.ts", flow.join("\n")],
    ...texts.map((content, module) => [`m${module}.ts`, content]),
  ]);
}

/** What a task reaches, told by walking again and again until nothing new is found. */
function walk(tree: ModuleTree, name: string): string {
  const close = (reached: Set<number>): Set<number> => {
    for (let size = -1; size !== reached.size; ) {
      size = reached.size;
      for (const index of [...reached])
        for (const call of tree.declarations[index]?.calls ?? []) reached.add(call);
    }
    return reached;
  };
  const inBundle = close(new Set(tasksOf(tree).map(({ index }) => index)));
  const reached = close(new Set([Number(name.slice(1))]));
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    // A module that does something when it is loaded counts whole.
    const whole = new Set(
      [...reached]
        .map((index) => tree.declarations[index]?.module ?? 0)
        .filter((module) => tree.effects[module] !== undefined),
    );
    for (const index of inBundle) if (whole.has(tree.declarations[index]?.module ?? 0)) reached.add(index);
    close(reached);
  }
  const numbers = [...reached]
    .sort((a, b) => a - b)
    .map((index) => `${index}=${tree.declarations[index]?.number}`);
  return `${numbers.join(" ")} ${tree.effects.join(" ")}`;
}

describe("a task's code", () => {
  it("is what its declarations reach: no comment, no white space, no task beside", async () => {
    const tree = new Tree();
    const steps: string[] = [];
    const step = async (what: string, changes: Files = {}) =>
      steps.push(`${what}: ${await tree.changed(changes)}`);
    const edited = (name: string, from: string, to: string): Files => {
      const content = files[name] ?? "";
      assert.ok(content.includes(from), from);
      return { [name]: content.replace(from, () => to) };
    };
    await step("new", files);
    await step("again");
    await step("a comment", edited("t.flow.ts", "const load", "/** Loads. */ const load"));
    await step("white space", edited("t.flow.ts", "Math.min(n, limit)", "\n\n  Math.min(\n n,limit )"));
    await step("a type", edited("t.flow.ts", "(n: number) => Math", "(n: 1 | 2) => Math"));
    await step("a task", edited("t.flow.ts", "Math.min", "Math.max"));
    await step("its constant", { ...files, ...edited("t.flow.ts", "limit = 10", "limit = 1000") });
    await step("a helper's helper", { ...files, ...edited("text.ts", "name.trim()", "name.trimEnd()") });
    await step("back", files);
    await step("a helper", edited("text.ts", ".toUpperCase()", ".toLowerCase()"));
    await step("what nobody reaches", { ...files, ...edited("text.ts", "() => deep()", "() => deep() + 1") });
    await step("back", files);
    await step("the flow", edited("t.flow.ts", "default(3)", "default(4)"));
    await step("tasks that are made in one place", {
      ...files,
      ...edited("t.flow.ts", "name + many", "name + 1 + many"),
    });
    await step("a task of several in an object", {
      ...files,
      ...edited("t.flow.ts", "all.one()", "all.one() + 1"),
    });
    await step("by way of another module", { ...files, ...edited("numbers/two.ts", "+ 2", "+ 3") });
    await step("back", files);
    await step("options", edited("t.flow.ts", "retries: 1", "retries: 2"));
    await step("a new name that others have, too", {
      ...files,
      ...edited("numbers/two.ts", "export", "const name = 1; export const n = () => name; export"),
    });
    await step("something that is done when a module is loaded", {
      ...files,
      ...edited("text.ts", "const mark", 'performance.mark("loaded"); const mark'),
    });
    await step("the same, and what only one reaches there", {
      ...files,
      ...edited("text.ts", 'const mark = "!"', 'performance.mark("loaded"); const mark = "?"'),
    });
    await step("back", files);
    await step("options for some calls", {
      ...files,
      ...edited("t.flow.ts", "const many", "const slow = load.withOptions({ timeout: 5 }); const many"),
    });
    await step("back", files);
    await step("a package's package", { "node_modules/deeper/index.js": "module.exports = () => 2;\n" });
    await step("its version alone", {
      "node_modules/deeper/package.json": `{ "name": "deeper", "version": "1.0.1" }`,
    });
    await step("a module that is loaded late", { ...files, "late.json": `{ "value": 3, "other": 2 }` });
    await step("a text of its", { "node_modules/deeper/README.md": "# deeper\n" });
    assert.equal(
      steps.join("\n"),
      text`
        new: Load Tell Many x Many y Late Left Right
        again: none
        a comment: none
        white space: none
        a type: none
        a task: Load
        its constant: Load
        a helper's helper: Load Tell Right
        back: Tell Right
        a helper: Tell
        what nobody reaches: Tell
        back: none
        the flow: none
        tasks that are made in one place: Many x Many y
        a task of several in an object: Many x Many y Left
        by way of another module: Left
        back: Left
        options: Tell
        a new name that others have, too: Tell
        something that is done when a module is loaded: Load Tell Many x Many y Late Left Right
        the same, and what only one reaches there: Tell Right
        back: Load Tell Many x Many y Late Left Right
        options for some calls: none
        back: none
        a package's package: Late Left
        its version alone: Late Left
        a module that is loaded late: Late Left
        a text of its: none`,
    );
  });

  it("changes just where the declarations do that a slow walk reaches, in any tree of modules", async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, fc.array(anyEdit, { minLength: 1, maxLength: 3 }), async (tree, edits) => {
        const edited = edits.reduce((at, edit) => edit(at), tree);
        const [before, after] = [await codesOf(filesOf(tree)), await codesOf(filesOf(edited))];
        const told = [...before].map(
          ([name, digest]) => `${name} ${after.get(name) === digest ? "is the same" : "changed"}`,
        );
        const walked = tasksOf(tree).map(
          ({ name }) => `${name} ${walk(tree, name) === walk(edited, name) ? "is the same" : "changed"}`,
        );
        assert.deepEqual(told.sort(), walked.sort());
      }),
      { numRuns: 200 },
    );
  });

  it("is all of a bundle that is too large, or nested too deeply, to be looked through", async () => {
    const flow = (name: string, value: string) =>
      ({
        "data.json": JSON.stringify(Array.from({ length: 60_000 }, (_, i) => ({ i, name }))),
        "t.flow.ts": `import { flow, task } from "millrace";
import data from "./data.json";
const one = task("One", () => [data.length, process.env.TARGET]);
const two = task("Two", () => ${value});
export default flow({ name: "F" }, () => { one(); two(); });
`,
      }) satisfies Files;
    const deep = (value: number): Files => {
      // So many that no compiled walk has room for them either: its frames are smaller than an interpreter's.
      const terms = `${value}${"+n".repeat(100_000)}`;
      return {
        "t.flow.ts": `import { flow, task } from "millrace";
const one = task("One", (n: number) => [n, process.env["TARGET"]]);
const two = task("Two", (n: number) => ${terms});
export default flow({ name: "F" }, () => { one(1); two(1); });
`,
      };
    };
    for (const [first, second] of [
      [flow("a", "1"), flow("b", "1")],
      [flow("a", "1"), flow("a", "2")],
      [deep(1), deep(2)],
    ] as const) {
      const tree = new Tree();
      assert.equal(await tree.changed(first), "One Two");
      assert.equal(await tree.changed(), "none");
      assert.equal(await tree.changed(second), "One Two");
    }
  });
});
