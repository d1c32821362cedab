// Builds the runtime into dist/: modules for Node, and the types that flow authors' editors read.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { digestOf, root, unlessFresh } from "./freshness.mjs";
import { install } from "./install.mjs";
import { isMain } from "./is-main.mjs";
import { rememberBundled } from "./notices.mjs";

const sources = ["package.json", "package-lock.json", "tsconfig.json", "runtime", ".build"];

/** Installs and builds what isn't up to date. */
export async function build({ types = true } = {}) {
  await install();
  await unlessFresh("dist/.built", digestOf(sources), buildRuntime);
  if (types) await unlessFresh("dist/.types-built", digestOf(sources), buildTypes);
}

async function buildRuntime() {
  console.log("Building...");
  const esbuild = await import("esbuild");
  rmSync(join(root, "dist"), { recursive: true, force: true });
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: {
      index: "runtime/index.ts",
      matching: "runtime/matching.ts",
      testing: "runtime/testing.ts",
      cli: "runtime/cli/main.ts",
      "run-process": "runtime/operations/run-process.ts",
      thread: "runtime/worker/thread.ts",
      "task-host": "runtime/runner/task-host.ts",
      "heartbeat-thread": "runtime/processes/heartbeat-thread.ts",
      "flow-reader-thread": "runtime/discovery/flow-reader-thread.ts",
      "jaccard-thread": "runtime/matching/exact-join/thread.ts",
      "load-duckdb": "runtime/tables/duckdb/load-duckdb.ts",
    },
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // What is native, starts threads of its own, or has to be the same module for flows and runtime stays a package.
    external: ["@duckdb/node-bindings", "@duckdb/node-bindings-*", "esbuild", "piscina", "zod"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    legalComments: "none",
    logLevel: "warning",
  });
  rememberBundled("runtime", metafile, await buildZod(esbuild));
  writeThreadEntries();
}

/** What flows import as zod: its hundred modules, most of them other languages' messages, take twice the time to load. */
async function buildZod(esbuild) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: ["zod"],
    outfile: "dist/zod.js",
    bundle: true,
    minifySyntax: true,
    minifyWhitespace: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    legalComments: "none",
    logLevel: "warning",
  });
  return metafile;
}

/**
 * While a flow is being bundled its threads have nothing to do: what its code says that it uses is loaded meanwhile.
 * What fails is told by whoever needs it.
 */
const loadEarly = `const { workerData } = require("node:worker_threads");
if (workerData?.usesEngine) {
  loaded
    .then(() => Promise.all([import("./load-duckdb.js").then((m) => m.loadDuckDb()), import("./zod.js")]))
    .catch(() => {});
}
`;

/**
 * Piscina loads a thread's module by `require`, and a thread that is ended while `require` links an ES module
 * takes the whole process with it ("FATAL ERROR: v8::Module::IsGraphAsync"). While one is imported it doesn't.
 */
function writeThreadEntries() {
  for (const [module, ...tasks] of [
    ["thread", "runTask", "detachAll"],
    ["jaccard-thread", "helpJoin"],
  ]) {
    const entries = tasks.map(
      (task) => `exports.${task} = async (request) => (await loaded).${task}(request);\n`,
    );
    const early = module === "thread" ? loadEarly : "";
    writeFileSync(
      join(root, "dist", `${module}.cjs`),
      `const loaded = import("./${module}.js");\n${early}${entries.join("")}`,
    );
  }
}

function buildTypes() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "--project", ".build/tsconfig.types.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
  removeInnerTypes();
}

/**
 * Removes the declarations that no entry reaches: they name types of packages that a user doesn't have (pg's,
 * Arrow's), and nobody can import them.
 */
function removeInnerTypes() {
  const folder = join(root, "dist", "types");
  const reached = new Set();
  const reach = (file) => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, module] of readFileSync(file, "utf8").matchAll(
      /(?:\bfrom|\bimport\(|^import) ?"(\.[^"]+)"/gm,
    ))
      reach(resolve(dirname(file), module.replace(/\.[jt]s$/, ".d.ts")));
  };
  for (const entry of ["index", "matching", "testing"]) reach(join(folder, `${entry}.d.ts`));
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, path);
    if (path.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}

if (isMain(import.meta.url)) await build();
