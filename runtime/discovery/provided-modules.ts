import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { builtFolder, packageFolder } from "./runtime-modules.ts";

/** A module that flows can import though it isn't installed beside them. */
export interface ProvidedModule {
  readonly specifier: string;
  readonly url: () => string;
  /** The package and its version. */
  readonly version: () => string;
}

/** What a flow's imports of the runtime mean unless its own node_modules has them. */
export const providedModules: readonly ProvidedModule[] = [
  ...[
    ["millrace", "index.js"],
    ["millrace/matching", "matching.js"],
  ].map(([specifier = "", file = ""]) => ({
    specifier,
    url: () => pathToFileURL(join(builtFolder, file)).href,
    version: () => versionIn(packageFolder),
  })),
  {
    specifier: "zod",
    url: () => import.meta.resolve("zod"),
    version: () => versionIn(fileURLToPath(new URL(".", import.meta.resolve("zod/package.json")))),
  },
];

/** What an imported module is called wherever it is installed: `lodash/fp.js`, `node:fs`, `millrace`. */
export function importedName(specifier: string): string {
  const provided = providedModules.find(({ url }) => url() === specifier);
  if (provided !== undefined) return provided.specifier;
  return /.*[\\/]node_modules[\\/](.*)$/.exec(specifier)?.[1] ?? specifier.replace(/^file:.*\//, "");
}

function versionIn(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
  }; // npm's format, of what we ship
  return `${name}@${version}`;
}
