// `npm run check`: types, lint (with the arrows between rooms) and format.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { arrowProblems } from "./arrows.mjs";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

await build(); // what users get as types, too, which sees less of other libraries than this checkout
const checks = [
  ["types", ["typescript", "bin", "tsc"], ["--project", "."]],
  [
    "lint and format",
    ["@biomejs", "biome", "bin", "biome"],
    ["ci", "--error-on-warnings", ...(process.stdout.isTTY ? [] : ["--colors=off"])],
  ],
];
let failed = 0;
for (const [name, bin, args] of checks) {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", ...bin), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  console.log(`${name}: ${status === 0 ? "good" : "failed"}`);
  if (status !== 0) failed++;
}
const problems = arrowProblems();
for (const problem of problems) console.error(problem);
console.log(`arrows: ${problems.length === 0 ? "good" : "failed"}`);
process.exit(failed + problems.length === 0 ? 0 : 1);
