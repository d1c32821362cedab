// Preloaded into a process that runs a flow (and so into its threads): kills it, as kill -9 does, before or after one of
// its calls to the file system that has to do with a folder. KILL_AT counts them from 1; KILL_CALLS is a file that gets
// a line for each.
const fs = require("node:fs");
const { syncBuiltinESMExports } = require("node:module");

// The run's own process is the first that loads this; its threads may be in another.
process.env.KILL_RUNNER ??= String(process.pid);
const { KILL_AT, KILL_CALLS, KILL_NAMES, KILL_RUNNER } = process.env;
const { appendFileSync, readFileSync } = fs;
const names = new RegExp(KILL_NAMES);

function reach(what) {
  appendFileSync(KILL_CALLS, `${what}\n`);
  if (readFileSync(KILL_CALLS, "utf8").split("\n").length - 1 !== Number(KILL_AT)) return;
  process.kill(Number(KILL_RUNNER), "SIGKILL");
  process.kill(process.pid, "SIGKILL");
}

function watch(owner, name) {
  const call = owner[name];
  owner[name] = (...args) => {
    const paths = args.filter((arg) => typeof arg === "string" && names.test(arg));
    if (paths.length === 0) return call(...args);
    const what = `${name} ${paths.join(" ")}`;
    reach(`before ${what}`);
    const result = call(...args);
    if (typeof result?.then !== "function") {
      reach(`after ${what}`);
      return result;
    }
    return result.then((value) => {
      reach(`after ${what}`);
      return value;
    });
  };
}

if (KILL_NAMES !== undefined) {
  for (const name of ["renameSync"]) watch(fs, name);
  for (const name of ["rename", "rm", "mkdir"]) watch(fs.promises, name);
  syncBuiltinESMExports();
}
