// `npm test`: installs, builds, and runs all tests, two lanes at a time; `npm test -- <files or mocha options>` runs
// some, in one lane; `npm run test:quick` runs the units, and one of each kind of integration.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./freshness.mjs";

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

/** Each is a process of mocha that starts what its tests share, once: a Spark server, or a VS Code and a browser. */
const onSpark = ["test/spark/**/*.test.ts", "test/tables/parity/**/*.test.ts", "test/tables/spark*.test.ts"];
const inWindows = [
  "test/e2e/**/*.test.ts",
  "test/extension/extension-host*.test.ts",
  "test/webview/page/**/*.test.ts",
];
const lanes = [
  {
    files: ["test/**/*.test.ts", ...[...onSpark, ...inWindows].flatMap((files) => ["--ignore", files])],
    suites: ["postgresql", "faults"],
  },
  { files: inWindows, suites: ["vs-code", "browser"] },
  { files: onSpark, suites: ["spark"] },
];

await build();
const asked = process.argv.slice(2);
const given = asked.filter((arg) => arg !== "--quick");
if (given.some((arg) => !arg.startsWith("-"))) process.exit(await alone(given));
if (asked.includes("--quick")) process.exit(await alone([...quick, ...given]));
process.exit(await inLanes(given));

function mocha(args, options) {
  const entry = join(root, "node_modules", "mocha", "bin", "mocha.js");
  return spawn(process.execPath, [entry, ...args], { cwd: root, ...options });
}

async function alone(args) {
  return ended(mocha(args, { stdio: "inherit" }));
}

function ended(child) {
  return new Promise((resolve) => {
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** A count of mocha's summary; a suite within a window prints one of its own before. */
function lastCount(text, what) {
  return Number([...text.matchAll(new RegExp(`^ {2}(\\d+) ${what}`, "gm"))].at(-1)?.[1] ?? 0);
}

/** What each lane prints is shown as one piece, the first one's while it runs; the sums are the last lines. */
async function inLanes(options) {
  const waiting = [...lanes];
  const required = (process.env.MILLRACE_REQUIRE_SUITES ?? "").split(",");
  const printed = lanes.map(() => "");
  const status = lanes.map(() => undefined);
  let shown = 0; // the lane whose output is being shown

  const print = (lane, text) => {
    printed[lane] += text;
    if (lane === shown) process.stdout.write(text);
  };
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const lane = lanes.indexOf(next);
      const env = {
        ...process.env,
        MILLRACE_REQUIRE_SUITES: required.filter((suite) => next.suites.includes(suite)).join(","),
        ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
      };
      const child = mocha([...next.files, ...options], { env, stdio: ["ignore", "pipe", "pipe"] });
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text) => print(lane, text));
      status[lane] = await ended(child);
      while (shown < lanes.length && status[shown] !== undefined) {
        shown++;
        process.stdout.write(printed[shown] ?? "");
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));

  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  const plain = printed.map((text) => text.replaceAll(/\u001b\[[\d;]*m/g, ""));
  console.log("  All lanes:");
  for (const what of ["passing", "pending", "failing", "flaky"]) {
    const counts = plain.map((text) => lastCount(text, what));
    console.log(`  ${counts.reduce((sum, count) => sum + count, 0)} ${what}`);
  }
  return Math.max(...status);
}
