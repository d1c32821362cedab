import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtFolder, packageFolder } from "./runtime-modules.ts";

/** A module that flows can import though it isn't installed beside them. */
export interface ProvidedModule {
  readonly specifier: string;
  readonly url: () => string;
  /** The module of an installed package that it was built of, and takes the place of. */
  readonly builtOf?: () => string;
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
    version: runtimeVersion,
  })),
  {
    specifier: "zod",
    // One file, which is loaded in half of the time of its hundred: the flow's own thread and each worker's load it.
    url: () => pathToFileURL(join(builtFolder, "zod.js")).href,
    builtOf: () => join(zodFolder(), manifestIn(zodFolder()).exports["."].import),
    version: () => versionIn(zodFolder()),
  },
];

export function runtimeVersion(): string {
  return versionIn(packageFolder);
}

/** What an imported module is called wherever it is installed: `lodash/fp.js`, `node:fs`, `millrace`. */
export function importedName(specifier: string): string {
  const provided = providedModules.find(({ url }) => url() === specifier);
  if (provided !== undefined) return provided.specifier;
  return /.*[\\/]node_modules[\\/](.*)$/.exec(specifier)?.[1] ?? specifier.replace(/^file:.*\//, "");
}

function zodFolder(): string {
  return dirname(createRequire(import.meta.url).resolve("zod/package.json"));
}

function versionIn(folder: string): string {
  const { name, version } = manifestIn(folder);
  return `${name}@${version}`;
}

function manifestIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
    readonly exports: { readonly ".": { readonly import: string } };
  }; // npm's format, of what we ship
}
