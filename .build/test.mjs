// `npm test`: installs, builds, and runs all tests; `npm test -- <files or mocha options>` runs some.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

await build();
const given = process.argv.slice(2);
const args = given.some((arg) => !arg.startsWith("-")) ? given : ["test/**/*.test.ts", ...given];
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const { status } = spawnSync(process.execPath, [mocha, ...args], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
