import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CodeBlock, root } from "./pages.ts";

/** Names that a fragment may use without importing them, and where they are from. */
function importable(): ReadonlyMap<string, { readonly module: string; readonly isType: boolean }> {
  const names = new Map([["z", { module: "zod", isType: false }]]);
  for (const [module, file] of [
    ["millrace/testing", "testing.ts"],
    ["millrace/matching", "matching.ts"],
    ["millrace", "index.ts"],
  ] as const) {
    const text = readFileSync(join(root, "runtime", file), "utf8");
    for (const [, type, list = ""] of text.matchAll(/export (type )?\{([^}]*)\}/g))
      for (const [, own, name = ""] of list.matchAll(/(type )?(\w+)(?=,|\s*$)/gm))
        names.set(name, { module, isType: type !== undefined || own !== undefined });
  }
  return names;
}

/** A block as a module: what it uses and doesn't import is imported before it. */
function moduleText(block: CodeBlock, names: ReturnType<typeof importable>): string {
  const code = `${block.given}\n${block.text}`;
  const imported = [...code.matchAll(/import [^;]*;/g)].map(([text]) => text).join("\n");
  const body = code.replaceAll(/\/\/.*$/gm, "").replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""');
  const missing = [...names].filter(
    ([name]) =>
      new RegExp(`(?<![.\\w$])${name}\\b(?!\\s*:)`).test(body) &&
      !new RegExp(`\\b${name}\\b`).test(imported) &&
      !new RegExp(`\\b(?:const|function|class|type|interface) ${name}\\b`).test(body),
  );
  const lines = missing.map(
    ([name, { module, isType }]) => `import { ${isType ? "type " : ""}${name} } from "${module}";`,
  );
  return `${lines.join(" ")} ${code}\nexport {};\n`;
}

/** The name of the file that a block is written to. */
export function fileOf(block: CodeBlock): string {
  return block.file ?? `${block.page.replaceAll(/[^\w]+/g, "-").toLowerCase()}-${block.line}.ts`;
}

/** Writes the blocks of all pages into a project that has Millrace in its node_modules, as users have it. */
export function writeProject(folder: string, blocks: readonly CodeBlock[]): void {
  const modules = join(realpathSync(folder), "node_modules");
  mkdirSync(join(modules, "@types"), { recursive: true });
  symlinkSync(root, join(modules, "millrace"), "junction");
  for (const name of ["zod", "undici-types", "@types/node", "@types/mocha"])
    symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8")) as {
    compilerOptions: object;
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, paths: {}, verbatimModuleSyntax: false },
      include: ["*.ts"],
    }),
  );
  const names = importable();
  for (const block of blocks) {
    for (const { path, text } of block.data) write(folder, path, text);
    if (block.language === "ts") write(folder, fileOf(block), moduleText(block, names));
    else if (block.file !== undefined) write(folder, block.file, block.text);
  }
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
