import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { settings } from "../../extension/manifest/settings.ts";
import { createProgram } from "../../runtime/cli/program.ts";
import { pages, root } from "./pages.ts";

/** What stands in code on a page: blocks, and what is between backticks. */
function codeOf(text: string): string {
  const blocks = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([code]) => code);
  return blocks.join("\n");
}

/** Every source file below a folder of the runtime. */
function sources(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(root, folder, path), "utf8"));
}

/** What can be imported from an entry: `export { type Flow, flow } from "./authoring/flow.ts"`. */
function exportsOf(entry: string): { readonly names: readonly string[]; readonly files: readonly string[] } {
  const text = readFileSync(join(root, "runtime", entry), "utf8");
  const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\} from "\.\/([^"]+)"/g)];
  return {
    names: lists.flatMap(([, names = ""]) =>
      names
        .split(",")
        .map((name) => name.replace("type ", "").trim())
        .filter((name) => name !== ""),
    ),
    files: lists.map(([, , file = ""]) => file),
  };
}

/** What stands in an interface. */
function bodyOf(text: string, name: string): string {
  const body = new RegExp(`^(?:export )?interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, "m");
  return body.exec(text)?.[1] ?? "";
}

/** Names of the properties that an interface declares itself; of objects within them, too. */
function propertiesOf(text: string, name: string): readonly string[] {
  const code = bodyOf(text, name).replaceAll(/\/\*[\s\S]*?\*\//g, "");
  return [...code.matchAll(/^ +(?:readonly )?(\w+)(?=\??[:(<])/gm)].map(([, property = ""]) => property);
}

/** The properties that may be left out of an interface, each with the comment before it. */
function optionalOf(text: string, name: string): readonly { property: string; comment: string }[] {
  const optional = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^ {2}(?:readonly )?(\w+)\?[:(]/gm;
  return [...bodyOf(text, name).matchAll(optional)].map(([, comment = "", property = ""]) => ({
    property,
    comment,
  }));
}

describe("The documentation", () => {
  const all = pages().filter(({ path }) => path !== ".github/CONTRIBUTING.md");
  const code = all.map(({ text }) => codeOf(text)).join("\n");
  const entries = ["index.ts", "testing.ts", "matching.ts"].map(exportsOf);
  const isNamed = (name: string) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(code);

  it("names every option of what flows, tests and programs import", () => {
    const options = entries.flatMap(({ names, files }) => {
      const texts = files.map((file) => readFileSync(join(root, "runtime", file), "utf8"));
      return names
        .filter((name) => /(?:Options|Params)$/.test(name))
        .flatMap((name) =>
          texts.flatMap((text) => propertiesOf(text, name)).map((property) => ({ name, property })),
        );
    });
    assert.ok(options.length > 70, `${options.length}: the interfaces are read`);
    assert.deepEqual(
      options.filter(({ property }) => !isNamed(property)).map(({ name, property }) => `${name}.${property}`),
      [],
    );
  });

  it("says of every option what it does, and its default", () => {
    const silent = entries.flatMap(({ names, files }) =>
      names
        .filter((name) => /(?:Options|Params)$/.test(name))
        .flatMap((name) =>
          files
            .flatMap((file) => optionalOf(readFileSync(join(root, "runtime", file), "utf8"), name))
            .filter(({ comment }) => !/default/i.test(comment))
            .map(({ property }) => `${name}.${property}`),
        ),
    );
    assert.deepEqual(silent, []);
  });

  it("names every function that can be imported", () => {
    const names = entries.flatMap((entry) => entry.names);
    const functions = names.filter((name) => /^[a-z]/.test(name));
    assert.ok(functions.length > 40, `${functions.length}`);
    assert.deepEqual(
      functions.filter((name) => !isNamed(name)),
      [],
    );
  });

  it("names every command, and every option of it", () => {
    const declared = createProgram().commands.flatMap(function commands(command): string[] {
      if (command.name() === "complete") return []; // what completion scripts call
      const options = command.options.flatMap(({ long }) => long ?? []);
      return [command.name(), ...options, ...command.commands.flatMap(commands)];
    });
    assert.ok(declared.length > 60, `${declared.length}`);
    const page = all.find(({ path }) => path === "runtime/cli/README.md")?.text ?? "";
    const named = new Set(codeOf(page).match(/(?<![\w-])(?:--)?\w[\w-]*/g));
    assert.deepEqual(
      [...new Set(declared)].filter((name) => !named.has(name)),
      [],
    );
  });

  it("names every setting of VS Code, and its default", () => {
    const page = all.find(({ path }) => path === "extension/README.md")?.text ?? "";
    const rows = Object.fromEntries(
      [...page.matchAll(/^\| `(millrace\.\w+)` \| (\S+) \|/gm)].map(([, name, value]) => [name, value]),
    );
    const expected = Object.entries(settings).map(([name, { default: value }]) => [
      name,
      value === null || value === "" ? "empty" : `\`${value}\``,
    ]);
    assert.deepEqual(rows, Object.fromEntries(expected));
  });

  it("names every variable of the environment that the runtime reads", () => {
    const read = sources("runtime").flatMap((text) =>
      [...text.matchAll(/(?:process\.env|env)\.(MILLRACE_\w+)/g)].map(([, name = ""]) => name),
    );
    const inner = ["MILLRACE_EXCHANGE", "MILLRACE_HOSTILE_TABLE"]; // between our own processes
    assert.ok(read.includes("MILLRACE_SESSION"));
    assert.deepEqual(
      [...new Set(read)].filter((name) => !inner.includes(name) && !isNamed(name)),
      [],
    );
  });
});
