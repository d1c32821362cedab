// A reporter in JavaScript, since mocha loads it by `require`, before TypeScript is understood.
const { appendFileSync } = require("node:fs");
const { relative, sep } = require("node:path");
const { reporters, Runner } = require("mocha");

/** Where the tests lie that need something which may be missing: a suite that ran nothing is told. */
const suites = {
  spark: /^(spark\/|tables\/spark)/,
  "vs-code": /^(e2e\/|extension\/extension-host)/,
  browser: /^webview\/page\//,
  postgresql: /^tables\/postgres\//,
  "dev-container": /^devcontainer\//,
  faults: /^faults\//,
};

/**
 * A process that something keeps alive after its last test, such as a call that a timed out test still waits for, would
 * never give its result. It is a failure.
 */
function endInTime() {
  const grace = 20_000;
  const end = () => {
    const holders = process.getActiveResourcesInfo().join(", ");
    console.log(`  ${grace / 1000} s after the last test, these still keep the process alive: ${holders}`);
    process.exit(1);
  };
  setTimeout(end, grace).unref();
}

/**
 * Mocha's own report; besides, how many tests of each of these suites passed, and what was tried again: the first try's
 * error, and how many there were. MILLRACE_REQUIRE_SUITES names those that must have run: one that didn't is a failure.
 * MILLRACE_FAILURES names a file that each failure is appended to, so that the last lines of a long log can tell them.
 */
class SuiteReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const passed = new Map(Object.keys(suites).map((name) => [name, 0]));
    let flaky = 0;
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => {
      flaky++;
      console.log(`      try ${test.currentRetry() + 1} of '${test.fullTitle()}' failed:`);
      console.log(String(error?.stack ?? error).replaceAll(/^/gm, "        "));
    });
    const failures = process.env.MILLRACE_FAILURES;
    if (failures)
      runner.on(Runner.constants.EVENT_TEST_FAIL, (test, error) => {
        appendFileSync(
          failures,
          `${test.fullTitle()}\n${String(error?.stack ?? error).replaceAll(/^/gm, "  ")}\n\n`,
        );
      });
    runner.on(Runner.constants.EVENT_TEST_PASS, ({ file }) => {
      const path = relative(__dirname, file ?? "").replaceAll(sep, "/");
      for (const [name, pattern] of Object.entries(suites))
        if (pattern.test(path)) passed.set(name, (passed.get(name) ?? 0) + 1);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      console.log(`  ${[...passed].map(([name, count]) => `${name}: ${count}`).join(", ")}`);
      console.log(`  ${flaky} flaky\n`);
      const required = (process.env.MILLRACE_REQUIRE_SUITES ?? "").split(",").filter(Boolean);
      const missing = required.filter((name) => (passed.get(name) ?? 0) === 0);
      for (const name of missing) console.log(`  The suite '${name}' has run nothing.`);
      if (missing.length > 0) process.once("exit", () => process.exit(1));
      endInTime();
    });
  }
}

module.exports = SuiteReporter;
