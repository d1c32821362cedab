import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtFolder, packageFolder } from "../discovery/runtime-modules.ts";
import { hasPackage } from "../disk/folders-upwards.ts";

/**
 * `.millrace/tsconfig.json`: where this machine has the types of what a flow may import without installing
 * it. Kept apart from the folder's own tsconfig.json, which is for all machines.
 */
export function typesConfig(folder: string): string {
  const zod = dirname(fileURLToPath(import.meta.resolve("zod")));
  const own = [
    ["millrace", [join(builtFolder, "types", "index.d.ts")]],
    ["millrace/matching", [join(builtFolder, "types", "matching.d.ts")]],
    ["millrace/testing", [join(builtFolder, "types", "testing.d.ts")]],
    ["zod", [join(zod, "index.d.ts")]],
    ["zod/*", [join(zod, "*")]],
  ] as const;
  const paths = Object.fromEntries(
    own.filter(([name]) => !hasPackage(folder, name)).map(([name, files]) => [name, files]),
  );
  const node = nodeTypes(folder);
  return json({
    compilerOptions: {
      paths,
      ...(node === undefined ? { types: [], lib: ["es2023", "esnext.disposable", "dom"] } : node),
    },
  });
}

/** Where the folder's own tsconfig.json looks for what isn't installed; what isn't there isn't missed. */
const stubs = {
  millrace: "./.millrace/types/millrace.d.ts",
  "millrace/matching": "./.millrace/types/millrace-matching.d.ts",
  "millrace/testing": "./.millrace/types/millrace-testing.d.ts",
  zod: "./.millrace/types/zod.d.ts",
};

/**
 * `.millrace/types/`: modules that say where this machine has the types, by their paths from the folder. A clone
 * without them goes by what is installed there.
 */
export function typeStubs(folder: string): Map<string, string> {
  const node = join(packageFolder, "node_modules", "@types", "node", "index.d.ts");
  const nodeTypes =
    hasPackage(folder, "@types/node") || !existsSync(node)
      ? ""
      : `/// <reference path=${JSON.stringify(node)} />\n`;
  const built = (name: string) => JSON.stringify(join(builtFolder, "types", name));
  const zod = JSON.stringify(fileURLToPath(import.meta.resolve("zod")));
  const all = new Map([
    ["millrace", `${nodeTypes}export * from ${built("index.js")};\n`],
    ["millrace/matching", `export * from ${built("matching.js")};\n`],
    ["millrace/testing", `export * from ${built("testing.js")};\n`],
    ["zod", `export * from ${zod};\nexport { default } from ${zod};\n`],
  ]);
  return new Map(
    Object.entries(stubs).flatMap(([name, path]) =>
      hasPackage(folder, name) ? [] : [[path, all.get(name) ?? ""]],
    ),
  );
}

/** The folder's own tsconfig.json, where it has none. It is for all machines, and stands without `.millrace/`. */
export const ownConfig = json({
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "preserve",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    paths: Object.fromEntries(Object.entries(stubs).map(([name, path]) => [name, [path]])),
  },
  include: ["**/*.ts", "**/*.mts"],
});

/** Types of Node's own modules: the folder's, or those that came with Millrace. */
function nodeTypes(folder: string): { types: string[]; typeRoots?: string[] } | undefined {
  if (hasPackage(folder, "@types/node")) return { types: ["node"] };
  const roots = join(packageFolder, "node_modules", "@types");
  return existsSync(join(roots, "node")) ? { types: ["node"], typeRoots: [roots] } : undefined;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
