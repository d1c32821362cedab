// `npm run test:devcontainer`: the tests of .devcontainer/, with a Docker engine; says why where there can be none.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

await build();
const given = process.argv.slice(2);
const files = given.some((arg) => !arg.startsWith("-")) ? given : ["test/devcontainer/*.mocha.ts", ...given];
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const { status } = spawnSync(process.execPath, [mocha, "--timeout", "300000", "--retries", "0", ...files], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
