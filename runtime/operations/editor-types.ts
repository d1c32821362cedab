import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtFolder, packageFolder } from "../discovery/runtime-modules.ts";

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
    own
      .filter(([name]) => !isInstalled(folder, name.split("/")[0] ?? name))
      .map(([name, files]) => [name, files]),
  );
  const node = nodeTypes(folder);
  return json({
    compilerOptions: {
      paths,
      ...(node === undefined ? { types: [], lib: ["es2023", "esnext.disposable", "dom"] } : node),
    },
  });
}

/** The folder's own tsconfig.json, where it has none. */
export const ownConfig = json({
  extends: "./.millrace/tsconfig.json",
  compilerOptions: {
    target: "es2023",
    lib: ["es2023", "esnext.disposable"],
    module: "preserve",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  },
  include: ["**/*.ts", "**/*.mts"],
});

/** Types of Node's own modules: the folder's, or those that came with Millrace. */
function nodeTypes(folder: string): { types: string[]; typeRoots?: string[] } | undefined {
  if (isInstalled(folder, "@types/node")) return { types: ["node"] };
  const roots = join(packageFolder, "node_modules", "@types");
  return existsSync(join(roots, "node")) ? { types: ["node"], typeRoots: [roots] } : undefined;
}

/** Whether an import of the package from the folder finds it in a node_modules. */
function isInstalled(folder: string, name: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (at === dirname(at)) return false;
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
