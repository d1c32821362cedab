// `npm run faults -- <how many>`: power cuts, kills and errors of the disk at so many places (1,000 by default), where
// `npm test` tries some dozens. Takes a second or so for each.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

const [count = "1000", ...args] = process.argv.slice(2);
if (!/^\d+$/.test(count)) {
  console.error("Say how many faults are to be tried: npm run faults -- 1000");
  process.exit(2);
}
await build();
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const { status } = spawnSync(process.execPath, [mocha, "test/faults/*.test.ts", ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, MILLRACE_FAULTS: count },
});
process.exit(status ?? 1);
