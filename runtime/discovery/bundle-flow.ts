import { createHash } from "node:crypto";
import { utimes } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, ImportKind, Message, OnResolveResult, Plugin } from "esbuild";
import { hasPackage } from "../disk/folders-upwards.ts";
import { makeFolder } from "../disk/make-folder.ts";
import { areWhole, replaceFiles } from "../disk/replace-file.ts";
import type { SourceLocation } from "../errors/error-report.ts";
import { UserError } from "../errors/user-error.ts";
import { startBundler } from "./bundler.ts";
import { ownNames, ownSurroundings } from "./own-surroundings.ts";
import { providedModules } from "./provided-modules.ts";
import { checkSettings, regularFiles } from "./regular-files.ts";

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
  const { build, formatMessages } = await startBundler();
  const outfile = join(folder, "flow.mjs");
  const named = new Set<string>();
  await checkSettings(dirname(file));
  try {
    const result = await build({
      // A path with a * in it would be a pattern. Of one that a plugin names, the package's kind isn't known.
      entryPoints: [file.includes("*") ? "millrace-entry" : file],
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
      banner: { js: requireBanner },
      loader: textLoaders,
      define: ownNames,
      plugins: [entryOf(file), listing(named), externalPackages, regularFiles, addons, ownSurroundings],
    });
    const [plainMap, code] = ["flow.mjs.map", "flow.mjs"].map(
      (name) => result.outputFiles.find((output) => output.path.endsWith(name))?.text ?? "",
    );
    const map = plainMap && withBackslashes(plainMap, folder, named);
    const digest = createHash("sha256")
      .update(code ?? "")
      .update("\0")
      .update(map ?? "")
      .digest("hex")
      .slice(0, 16);
    const stem = basename(file).replace(/\.flow\.m?[jt]s$/, "");
    const name = `${Buffer.byteLength(stem) > longestStem ? "flow" : stem}-${digest}.mjs`;
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

/** Bytes: a name with what is put behind it has to fit the file system's 255. */
const longestStem = 180;

/** CommonJS modules in the bundle require builtins, packages and addons by it. */
const requireBanner = `import { createRequire as __millrace_require } from "node:module"; const require = __millrace_require(import.meta.url);`;

/** What is imported as a text. */
const textLoaders = Object.fromEntries(
  [".txt", ".sql", ".md", ".html", ".csv", ".tsv", ".graphql", ".yaml", ".yml"].map((name) => [
    name,
    "text" as const,
  ]),
);

/** Hears the files of all modules. */
function listing(files: Set<string>): Plugin {
  return {
    name: "listing",
    setup(build) {
      build.onLoad({ filter: /\\/, namespace: "file" }, ({ path }) => {
        files.add(path);
        return undefined;
      });
    },
  };
}

/** esbuild takes backslashes for slashes, which elsewhere than on Windows may be a part of a folder's name. */
function withBackslashes(map: string, folder: string, files: ReadonlySet<string>): string {
  if (process.platform === "win32" || files.size === 0) return map;
  const names = new Map(
    [...files].map((file) => [relative(folder, file).replaceAll("\\", "/"), relative(folder, file)]),
  );
  const parsed = JSON.parse(map) as { readonly sources: readonly string[] }; // esbuild wrote it
  const sources = parsed.sources.map((source) => {
    const name = names.get(decoded(source));
    return name === undefined ? source : name.split("/").map(encodeURIComponent).join("/");
  });
  return JSON.stringify({ ...parsed, sources });
}

function decoded(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source; // of no file
  }
}

function entryOf(file: string): Plugin {
  return {
    name: "entry",
    setup(build) {
      build.onResolve({ filter: /^millrace-entry$/ }, ({ kind }) =>
        kind === "entry-point" ? { path: file } : undefined,
      );
    },
  };
}

/** Addons are no JavaScript: CommonJS modules require them from where they are. */
const addons: Plugin = {
  name: "addons",
  setup(build) {
    build.onResolve({ filter: /^\.{0,2}\/.*\.node$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      external: true,
    }));
  },
};

const externalPackages: Plugin = {
  name: "external-packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async (args): Promise<OnResolveResult | undefined> => {
      if (args.pluginData === externalPackages || args.kind === "entry-point") return undefined;
      if (/^(node|millrace-surroundings):/.test(args.path) || /^[a-zA-Z]:[\\/]/.test(args.path))
        return undefined;
      const { importer, resolveDir, kind } = args;
      const found = await build.resolve(args.path, {
        importer,
        resolveDir,
        kind,
        pluginData: externalPackages,
      });
      const provided = providedModules.find(({ specifier }) => specifier === args.path);
      if (provided !== undefined && found.path === provided.builtOf?.())
        return { path: provided.url(), external: true };
      // For these a tsconfig's path mapping is there to show an editor their types.
      if (provided !== undefined && !isInstalled(found.path)) {
        const isLinked = found.errors.length === 0 && hasPackage(resolveDir, args.path);
        return { path: isLinked ? pathToFileURL(found.path).href : provided.url(), external: true };
      }
      if (found.errors.length > 0) return { errors: found.errors };
      // Builtins stay as they are; a tsconfig's path mapping leads into the user's own sources.
      if (found.external || found.namespace !== "file") return { path: found.path, external: true };
      if (!isInstalled(found.path)) return { path: found.path };
      return { path: isRequire(kind) ? found.path : pathToFileURL(found.path).href, external: true };
    });
  },
};

/** `require` takes paths, an import URLs. */
function isRequire(kind: ImportKind): boolean {
  return kind === "require-call" || kind === "require-resolve";
}

function isInstalled(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path) && !/\.d\.[mc]?ts$/.test(path);
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
