// `npm run mutants -- <room> [places] [seed]`: changes code and tells which changes no test notices, by Stryker, which
// npx fetches. Of the room so many places of ten lines are drawn by the seed (10 by 1, unless told otherwise), or `all`.
// For rooms whose tests run in their own process.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

const rooms = {
  events: { code: ["runtime/events"], tests: "test/events/*.test.ts" },
  layout: { code: ["webview/graph/layout"], tests: "test/webview/graph/layout.test.ts" },
  matching: { code: ["runtime/matching", "runtime/matching/exact-join"], tests: "test/matching/*.test.ts" },
  store: { code: ["runtime/store"], tests: "test/store/*.test.ts" },
};

const [name, places = "10", seed = "1"] = process.argv.slice(2);
const room = rooms[name];
if (room === undefined || !/^(all|\d+)$/.test(places) || !/^\d+$/.test(seed)) {
  console.error(`Name a room (${Object.keys(rooms).join(", ")}), how many places of it or all, and a seed.`);
  process.exit(2);
}
await build();
const folder = mkdtempSync(join(tmpdir(), "millrace-mutants-"));
const settings = join(folder, "stryker.json");
writeFileSync(
  settings,
  JSON.stringify({
    mutate: places === "all" ? files(room) : drawn(files(room), Number(places), Number(seed)),
    testRunner: "mocha",
    testRunnerNodeArgs: ["--import=tsx"],
    mochaOptions: { spec: [room.tests], "no-config": true },
    coverageAnalysis: "perTest",
    ignoreStatic: true,
    concurrency: 1,
    timeoutMS: 20_000,
    reporters: ["clear-text", "progress-append-only"],
    clearTextReporter: { logTests: false, reportTests: false },
    tempDirName: join(folder, "sandboxes"),
    tsconfigFile: "none", // it would be read by an API that TypeScript no longer has
  }),
);
const packages = ["core", "mocha-runner"].flatMap((part) => ["-p", `@stryker-mutator/${part}@9.6.1`]);
const { status } = spawnSync("npx", ["--yes", ...packages, "stryker", "run", settings], {
  cwd: root,
  stdio: "inherit",
});
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);

function files({ code }) {
  return code.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".ts"))
      .sort()
      .map((file) => `${folder}/${file}`),
  );
}

/** Each of ten lines, named as Stryker does. */
function drawn(among, count, start) {
  const places = among.flatMap((file) => {
    const { length } = readFileSync(join(root, file), "utf8").split("\n");
    return Array.from({ length: Math.ceil(length / 10) }, (_, i) => `${file}:${10 * i + 1}-${10 * i + 10}`);
  });
  let state = start;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    return state / 2 ** 32;
  };
  return Array.from(
    { length: Math.min(count, places.length) },
    () => places.splice(Math.floor(random() * places.length), 1)[0],
  );
}
