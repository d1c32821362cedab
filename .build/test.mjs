// `npm test`: installs, builds, and runs all tests; `npm test -- <files or mocha options>` runs some;
// `npm run test:quick` runs the units, and one of each kind of integration.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

await build();
const quick = [
  "test/{authoring,discovery,disk,errors,events,matching,processes,shown-text,worker}/**/*.test.ts",
  "test/cli/render/**/*.test.ts",
  "test/webview/{data,format,graph,logs,run,state,timeline}/**/*.test.ts",
  "test/extension/{flows,manifest,panel,running,runs}/**/*.test.ts",
  "test/runner/{content-digest,ready-queue,values,final-state}.test.ts",
  "test/store/{event-writer,relocation}.test.ts",
  "test/cli/runs.test.ts",
  "test/flows/sample.test.ts",
  "test/tables/digest-table.test.ts",
];
const asked = process.argv.slice(2);
const given = asked.filter((arg) => arg !== "--quick");
const all = asked.includes("--quick") ? quick : ["test/**/*.test.ts"];
const args = given.some((arg) => !arg.startsWith("-")) ? given : [...all, ...given];
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const { status } = spawnSync(process.execPath, [mocha, ...args], { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
