import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, utimes } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, Message, OnLoadResult, OnResolveResult, Plugin } from "esbuild";
import { makeFolder } from "../disk/make-folder.ts";
import { areWhole, replaceFiles } from "../disk/replace-file.ts";
import type { SourceLocation } from "../errors/error-report.ts";
import { UserError } from "../errors/user-error.ts";
import { providedModules } from "./provided-modules.ts";

/** A flow file and all modules that it imports by path, in one ES module. */
export interface FlowBundle {
  /** The flow's file, absolute. */
  readonly file: string;
  /** The built module, absolute; its source map is beside it. */
  readonly path: string;
  /** Names of its modules, as they stand in comments above what the built module has of them. */
  readonly modules: ReadonlySet<string>;
  /** What it imports: packages and builtins. */
  readonly imports: readonly string[];
}

/**
 * Bundles a flow file into `folder`, under a name of its content: the same sources give the same file.
 * Packages from node_modules are not bundled but imported from where they are.
 * @throws {UserError} with file, line, column and the code around for what can't be parsed or found.
 */
export async function bundleFlow(file: string, folder: string): Promise<FlowBundle> {
  const { build, formatMessages } = await import("esbuild");
  const outfile = join(folder, "flow.mjs");
  try {
    const result = await build({
      entryPoints: [file],
      absWorkingDir: dirname(file),
      outfile,
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: `node${process.versions.node}`,
      sourcemap: "linked",
      sourcesContent: false,
      logLevel: "silent",
      loader: { ".node": "copy" },
      define: importMetaNames,
      plugins: [externalPackages, ownImportMeta],
    });
    const [map, code] = ["flow.mjs.map", "flow.mjs"].map(
      (name) => result.outputFiles.find((output) => output.path.endsWith(name))?.text ?? "",
    );
    const digest = createHash("sha256")
      .update(code ?? "")
      .update("\0")
      .update(map ?? "")
      .digest("hex")
      .slice(0, 16);
    const name = `${basename(file).replace(/\.flow\.m?[jt]s$/, "")}-${digest}.mjs`;
    const path = join(folder, name);
    const files = [
      { path: `${path}.map`, content: map ?? "" },
      {
        path,
        content: (code ?? "").replace(
          /sourceMappingURL=flow\.mjs\.map\s*$/,
          () => `sourceMappingURL=${name}.map\n`,
        ),
      },
    ];
    if (await areWhole(files)) {
      // Those not used for long are pruned.
      const now = new Date();
      await utimes(path, now, now);
    } else {
      await makeFolder(folder);
      await replaceFiles(files);
    }
    const inputs = Object.values(result.metafile.inputs);
    const imports = inputs.flatMap((input) => input.imports.filter(({ external }) => external));
    return {
      file,
      path,
      modules: new Set(Object.keys(result.metafile.inputs)),
      imports: [...new Set(imports.map((imported) => imported.path))].sort(),
    };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const messages = error.errors.map(withAbsoluteFile(dirname(file)));
    const texts = await formatMessages(messages, { kind: "error", color: false });
    throw new UserError(`The flow can't be built.\n${texts.join("\n").trim()}`, {
      source: placeOf(messages[0]),
    });
  }
}

const externalPackages: Plugin = {
  name: "external-packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async (args): Promise<OnResolveResult | undefined> => {
      if (args.pluginData === externalPackages || args.kind === "entry-point") return undefined;
      if (/^(node|import-meta):/.test(args.path) || /^[a-zA-Z]:[\\/]/.test(args.path)) return undefined;
      const { importer, resolveDir, kind } = args;
      const found = await build.resolve(args.path, {
        importer,
        resolveDir,
        kind,
        pluginData: externalPackages,
      });
      const own = providedModules.find(({ specifier }) => specifier === args.path)?.url;
      // For these a tsconfig's path mapping is there to show an editor their types.
      if (own !== undefined && !isInstalled(found.path)) {
        const isLinked = found.errors.length === 0 && hasPackage(resolveDir, args.path);
        return { path: isLinked ? pathToFileURL(found.path).href : own(), external: true };
      }
      if (found.errors.length > 0) return { errors: found.errors };
      // Builtins stay as they are; a tsconfig's path mapping leads into the user's own sources.
      if (found.external || found.namespace !== "file") return { path: found.path, external: true };
      if (!isInstalled(found.path)) return { path: found.path };
      return { path: pathToFileURL(found.path).href, external: true };
    });
  },
};

/** In a bundle `import.meta` is the bundle's. These names stand for a module's own; see {@link ownImportMeta}. */
const importMetaNames = {
  "import.meta.url": "__millrace_url",
  "import.meta.filename": "__millrace_filename",
  "import.meta.dirname": "__millrace_dirname",
};

/**
 * Lets a module find the files beside it, as in `new URL("data.csv", import.meta.url)`. The names come from
 * an import at the module's end: imports are hoisted, and no line or column of the source moves.
 */
const ownImportMeta: Plugin = {
  name: "own-import-meta",
  setup(build) {
    build.onLoad(
      { filter: /\.m?[jt]sx?$/, namespace: "file" },
      async ({ path }): Promise<OnLoadResult | undefined> => {
        const text = await readFile(path, "utf8");
        if (!text.includes("import.meta")) return undefined;
        const names = Object.values(importMetaNames).join(", ");
        const loader = /ts$/.test(path) ? "ts" : path.endsWith("tsx") ? "tsx" : "jsx";
        return { contents: `${text}\nimport { ${names} } from "import-meta:${path}";\n`, loader };
      },
    );
    build.onResolve({ filter: /^import-meta:/ }, ({ path }) => ({
      path: path.slice("import-meta:".length),
      namespace: "import-meta",
    }));
    build.onLoad({ filter: /./, namespace: "import-meta" }, ({ path }) => ({
      contents: [
        `export const __millrace_url = ${JSON.stringify(pathToFileURL(path).href)};`,
        `export const __millrace_filename = ${JSON.stringify(path)};`,
        `export const __millrace_dirname = ${JSON.stringify(dirname(path))};`,
      ].join("\n"),
    }));
  },
};

function isInstalled(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path) && !/\.d\.[mc]?ts$/.test(path);
}

/** Whether a node_modules folder from `folder` upwards has the package, as a link to another place it may be. */
function hasPackage(folder: string, specifier: string): boolean {
  const name = specifier.split("/")[0] ?? specifier;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name, "package.json"))) return true;
    if (at === dirname(at)) return false;
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && "errors" in error && Array.isArray(error.errors);
}

/** esbuild counts columns from 0. */
function placeOf(message: Message | undefined): SourceLocation | undefined {
  const location = message?.location;
  return location ? { file: location.file, line: location.line, column: location.column + 1 } : undefined;
}

function withAbsoluteFile(folder: string): (message: Message) => Message {
  return (message) =>
    message.location === null
      ? message
      : { ...message, location: { ...message.location, file: resolve(folder, message.location.file) } };
}
