import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Loader, OnLoadResult, Plugin } from "esbuild";
import { foldersUpwards } from "../disk/folders-upwards.ts";
import { checkDecorators } from "./decorator-metadata.ts";

/** In a bundle all modules have the bundle's surroundings. These names stand for a module's own; see {@link ownSurroundings}. */
export const ownNames = {
  "import.meta": "__millrace_meta",
  "import.meta.url": "__millrace_url",
  "import.meta.filename": "__millrace_filename",
  "import.meta.dirname": "__millrace_dirname",
  "import.meta.resolve": "__millrace_resolve",
  "require.resolve": "__millrace_require_resolve",
  __filename: "__millrace_filename",
  __dirname: "__millrace_dirname",
};

/**
 * Lets a module find what is beside it, as in `new URL("data.csv", import.meta.url)` or `join(__dirname, "data.csv")`.
 * No line of the source moves: an ES module gets the names by an import at its end, which is hoisted; a CommonJS
 * module, which has no imports, at its beginning.
 */
export const ownSurroundings: Plugin = {
  name: "own-surroundings",
  setup(build) {
    build.onLoad(
      { filter: /\.[cm]?[jt]sx?$/, namespace: "file" },
      async ({ path }): Promise<OnLoadResult | undefined> => {
        const text = await readFile(path, "utf8");
        const error = /\.[cm]?tsx?$/.test(path) ? checkDecorators(path, text) : undefined;
        if (error !== undefined) return { errors: [error] };
        if (!/import\.meta|__dirname|__filename|require\.resolve/.test(text)) return undefined;
        const loader = loaderOf(path);
        const names = [...new Set(Object.values(ownNames))].join(", ");
        if (hasModuleSyntax(text))
          return {
            contents: `${text}\nimport { ${names} } from ${JSON.stringify(`millrace-surroundings:${path}`)};\n`,
            loader,
          };
        if (!isCommonJs(path)) return undefined;
        const [start = ""] = /^(?:#!.*\r?\n)?\s*(?:(["'])use strict\1;?)?/.exec(text) ?? [];
        const own = `var { ${names} } = require(${JSON.stringify(`millrace-surroundings:${path}`)});`;
        return { contents: `${start}${own}${text.slice(start.length)}`, loader };
      },
    );
    build.onResolve({ filter: /^millrace-surroundings:/ }, ({ path }) => ({
      path: path.slice("millrace-surroundings:".length),
      namespace: "import-meta",
    }));
    build.onLoad({ filter: /./, namespace: "import-meta" }, ({ path }) => ({
      contents: surroundingsOf(path),
      resolveDir: dirname(path),
    }));
  },
};

/** Each is only kept where it is used. */
function surroundingsOf(path: string): string {
  const url = JSON.stringify(pathToFileURL(path).href);
  return `
import { createRequire } from "node:module";
export const __millrace_meta = Object.assign(Object.create(null), {
  dirname: ${JSON.stringify(dirname(path))},
  filename: ${JSON.stringify(path)},
  resolve: (specifier) => __millrace_resolve(specifier),
  url: ${url},
});
export const __millrace_url = ${url};
export const __millrace_filename = ${JSON.stringify(path)};
export const __millrace_dirname = ${JSON.stringify(dirname(path))};
export const __millrace_require_resolve = (...args) => createRequire(${url}).resolve(...args);
export const __millrace_resolve = (specifier) => {
  const name = String(specifier);
  if (/^\\.{0,2}\\//.test(name)) return new URL(name, ${url}).href;
  if (URL.canParse(name)) return new URL(name).href;
  const found = createRequire(${url}).resolve(name);
  return found === name ? "node:" + name : new URL("file://" + encodeURI(found).replace(/[?#]/g, encodeURIComponent)).href;
};`;
}

function loaderOf(path: string): Loader {
  if (/\.[cm]?ts$/.test(path)) return "ts";
  return path.endsWith("tsx") ? "tsx" : "jsx";
}

/** Whether a module has imports or exports, which make it an ES module to a bundler whatever its name is. */
function hasModuleSyntax(text: string): boolean {
  return /^\s*(?:import\b\s*[\w{*"']|export\b\s*[\w{*])/m.test(text) || /import\.meta/.test(text);
}

/** As Node takes it. */
function isCommonJs(path: string): boolean {
  const extension = extname(path);
  if (/^\.c[jt]s/.test(extension)) return true;
  if (/^\.m[jt]s/.test(extension)) return false;
  const manifest = [...foldersUpwards(dirname(path))].map((at) => join(at, "package.json")).find(existsSync);
  return manifest === undefined || !isModuleType(manifest);
}

function isModuleType(manifest: string): boolean {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly type?: string }).type === "module"; // npm's format
  } catch {
    return false;
  }
}
