// `npm run bench -- <name> [arguments]`: runs test/bench/<name>.ts, built as the runtime is, or with mocha
// test/bench/<name>.mocha.ts, which needs the surroundings of a test.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

const [name, ...args] = process.argv.slice(2);
const folder = join(root, "test", "bench");
const benches = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replace(/(\.mocha)?\.ts$/, ""));
if (name === undefined || !benches.includes(name)) {
  console.error(`Name a benchmark: ${benches.join(", ")}`);
  process.exit(2);
}
// Progress goes to stderr: stdout has the benchmark's one line.
const log = console.log;
console.log = console.error;
await build({ types: false });
console.log = log;
if (existsSync(join(folder, `${name}.mocha.ts`))) {
  const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
  const run = spawnSync(process.execPath, [mocha, join(folder, `${name}.mocha.ts`), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  process.exit(run.status ?? 1);
}
const esbuild = await import("esbuild");
const outfile = join(root, "dist", "bench", `${name}.js`);
await esbuild.build({
  entryPoints: [join(folder, `${name}.ts`)],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  alias: { millrace: join(root, "dist", "index.js"), "millrace/matching": join(root, "dist", "matching.js") },
  external: ["../matching.js", "../index.js"],
  plugins: [outsideOfBundle(/bundle-panel\.mjs$/)],
  logLevel: "warning",
});
const { status } = spawnSync(process.execPath, [outfile, ...args], { stdio: "inherit" });
process.exit(status ?? 1);

/** Leaves a module where it lies: it finds its neighbours by its own place. */
function outsideOfBundle(filter) {
  return {
    name: "outside-of-bundle",
    setup: ({ onResolve }) =>
      onResolve({ filter }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), external: true })),
  };
}
