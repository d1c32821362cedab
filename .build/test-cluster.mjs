// `npm run test:cluster`: a standalone cluster of Spark on this machine, two workers that share no folder, tables in an
// S3 server; workers and the server are killed. Then the suites of both engines run on it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

await build();
const suites = ["test/spark/cluster/cluster.mocha.ts", "test/tables/parity/parity.test.ts"];
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const args = [mocha, ...suites, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
process.exit(status ?? 1);
