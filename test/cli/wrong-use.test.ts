import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { CommandFailure } from "../../runtime/events/command-failure.ts";
import { cli, makeRoom, removeRoom, text, transcript } from "./cli.ts";
import { shop } from "./flows.ts";

describe("wrong use of the command line", () => {
  let room: string;
  before(() => {
    room = makeRoom({
      "shop.flow.ts": shop,
      "a/twice.flow.ts": shop,
      "b/twice.flow.ts": shop,
      "syntax.flow.ts": `import { flow } from "millrace";\nexport default flow({ name: "Syntax" }, () => {\n  const = 3;\n});\n`,
      "missing.flow.ts": `import { x } from "./nowhere.ts";\nimport { flow } from "millrace";\nexport default flow({ name: "Missing" }, () => x);\n`,
      "none.flow.ts": "export const x = 1;\n",
      "same.flow.ts": `import { flow, task } from "millrace";
task("Same", () => 1);
task("Same", () => 2);
export default flow({ name: "Two tasks" }, () => {});
`,
    });
  });
  after(() => removeRoom(room));

  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ["an unknown command", ["rnu"], "error: unknown command 'rnu'\n(Did you mean run?)"],
    ["an unknown option", ["runs", "--jsn"], "error: unknown option '--jsn'\n(Did you mean --json?)"],
    ["a missing argument", ["run"], "error: missing required argument 'flow'"],
    [
      "an unknown flow",
      ["run", "shpo"],
      "error: There is no flow 'shpo' below <room>. Did you mean 'Shop'? 'millrace list' shows the flows there are.",
    ],
    ["a file that isn't there", ["run", "./x.flow.ts"], "error: There is no file <room>/x.flow.ts."],
    [
      "a name of two files",
      ["run", "twice"],
      "error: 'twice' could be any of these; give the path of the one that you mean:\n  a/twice.flow.ts\n  b/twice.flow.ts",
    ],
    [
      "a parameter before the flow",
      ["run", "--floors", "shop"],
      "error: Name the flow before its own options: millrace run <flow> --floors ...",
    ],
    [
      "an unknown parameter",
      ["run", "shop", "--bda"],
      "error: unknown option '--bda'\n(Did you mean --bad?)",
    ],
    [
      "text for a number",
      ["run", "shop", "--floors", "two"],
      "error: Parameter 'floors' is 'two': give a number.",
    ],
    [
      "a number out of bounds",
      ["run", "shop", "--floors", "0"],
      "error: Parameter 'floors' is 0: Too small: expected number to be >=1.",
    ],
    [
      "a value that is no choice",
      ["run", "shop", "--mood", "bad"],
      `error: Parameter 'mood' is "bad": Invalid option: expected one of "good"|"fair".`,
    ],
    [
      "a boolean that is none",
      ["run", "shop", "--bad", "maybe"],
      "error: Parameter 'bad' is 'maybe': give true or false.",
    ],
    [
      "parameters that are no JSON object",
      ["run", "shop", "--parameters", "[1]"],
      `error: --parameters is no JSON object: give one such as '{"n": 3}'.`,
    ],
    [
      "a parameter in JSON that there isn't",
      ["run", "shop", "--parameters", '{"flors": 1}'],
      "error: The flow 'Shop' has no parameter 'flors'.",
    ],
    [
      "a number of threads that is none",
      ["run", "shop", "--threads", "0"],
      "error: --threads is '0': give a whole number from 1 to 512.",
    ],
    [
      "a run where there are none",
      ["show", "latest"],
      "error: There is no run 'latest': <room> has no runs yet. Start one with 'millrace run', or name the folder with --dir.",
    ],
    [
      "an unknown state",
      ["runs", "--state", "Complted"],
      "error: --state is 'Complted': give one of SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, CRASHED, CANCELLING, CANCELLED, Scheduled, AwaitingRetry, Pending, NotReady, Running, Retrying, Completed, Cached, Failed, TimedOut, Crashed, Cancelling, Cancelled. Did you mean 'COMPLETED'?",
    ],
    ["a limit of none", ["runs", "--limit", "0"], "error: --limit is '0': give a whole number from 1."],
    ["pruning by no rule", ["prune"], "error: Say what is to go: --keep <n>, --older-than <age>, or both."],
    [
      "an age without a unit",
      ["prune", "--older-than", "7"],
      "error: --older-than is '7': give a number with a unit: s, m, h, d or w, as in 7d or 12h.",
    ],
    [
      "pruning the cache by number",
      ["prune", "--keep", "1", "--cache"],
      "error: --cache needs --older-than: cached results belong to no run.",
    ],
    [
      "a data set that there isn't",
      ["download", "movielens", "--size", "big"],
      "error: option '--size <size>' argument 'big' is invalid. Allowed choices are small, 25m, 32m.",
    ],
    [
      "two kinds of output",
      ["graph", "shop", "--json", "--mermaid"],
      "error: Give --json or --mermaid, not both.",
    ],
  ];
  for (const [what, args, stderr] of cases) {
    it(`${what}: exit 2, and what is wrong on stderr`, async () => {
      const message = stderr.replace(/^error: /, "");
      // Asked for JSON, it says the same on stdout.
      const answer = `${JSON.stringify({ error: { kind: "usage", message } })}\n`;
      assert.equal(
        transcript(await cli(args, { cwd: room }), room),
        `${args.includes("--json") ? answer : ""}${stderr.replaceAll(/^/gm, "! ")}\nexit 2`,
      );
    });
  }

  it("tells what fails as JSON where that is asked for, with its place in the code", async () => {
    const told = async (...args: string[]) => {
      const { code, stdout } = await cli(args, { cwd: room });
      const { error } = JSON.parse(stdout) as CommandFailure;
      const place = error.source && [error.source.file, error.source.line, error.source.column].join(":");
      return [code, error.kind, error.message.split("\n")[0], place?.replace(room, "<room>")];
    };
    assert.deepEqual(
      [
        await told("run", "syntax", "--json"),
        await told("inspect", "missing"),
        await told("run", "same", "--quiet", "--json"),
        await told("run", "shop", "--json", "--bda"),
        await told("logs", "latest", "--json"),
      ],
      [
        [1, "user", "The flow can't be built.", "<room>/syntax.flow.ts:3:9"],
        [1, "user", "The flow can't be built.", "<room>/missing.flow.ts:1:19"],
        [
          1,
          "user",
          `Two tasks are named 'Same': at ${room}/same.flow.ts:2:1 and at ${room}/same.flow.ts:3:1. Give one of them another name.`,
          "<room>/same.flow.ts:3:1",
        ],
        [2, "usage", "unknown option '--bda'", undefined],
        [
          2,
          "usage",
          `There is no run 'latest': ${room} has no runs yet. Start one with 'millrace run', or name the folder with --dir.`,
          undefined,
        ],
      ],
    );
  });

  const broken: readonly (readonly [string, string])[] = [
    [
      "syntax",
      text`
        error: The flow can't be built.
        ✘ [ERROR] Expected identifier but found "="

            <room>/syntax.flow.ts:3:8:
              3 │   const = 3;
                ╵         ^`,
    ],
    [
      "missing",
      text`
        error: The flow can't be built.
        ✘ [ERROR] Could not resolve "./nowhere.ts"

            <room>/missing.flow.ts:1:18:
              1 │ import { x } from "./nowhere.ts";
                ╵                   ~~~~~~~~~~~~~~`,
    ],
    [
      "none",
      `error: <room>/none.flow.ts has no flow as its default export. Write: export default flow({ name: "..." }, async () => { ... });`,
    ],
    [
      "same",
      "error: Two tasks are named 'Same': at <room>/same.flow.ts:2:1 and at <room>/same.flow.ts:3:1. Give one of them another name.",
    ],
  ];
  for (const [stem, stderr] of broken) {
    it(`a flow file that is broken (${stem}): exit 1, and where on stderr`, async () => {
      assert.equal(
        transcript(await cli(["run", stem], { cwd: room }), room),
        `${stderr.replaceAll(/^(?=.)/gm, "! ")}\nexit 1`,
      );
    });
  }

  const noFolders: readonly (readonly [string, string])[] = [
    [
      "shop.flow.ts",
      "The folder <room>/shop.flow.ts can't be made: a part of that path is a file. Move it away, or",
    ],
    ["/proc/millrace", "The folder /proc/millrace can't be made: /proc takes no folders."],
    [
      "/sys/millrace",
      "The folder /sys/millrace can't be made, since /sys is not writable. Check its permissions, or",
    ],
  ];
  for (const [dir, stderr] of noFolders) {
    it(`runs where they can't be kept (${dir}): exit 1, and what to do on stderr`, async function () {
      if (dir.startsWith("/") && !existsSync(dirname(dir))) this.skip();
      const said = transcript(await cli(["run", "shop", "--dir", dir], { cwd: room }), room);
      assert.equal(said, `! error: ${stderr} use another folder.\nexit 1`.replace(". use", ". Use"));
    });
  }

  it("leaves no run behind", async () => {
    assert.equal((await cli(["runs", "--json"], { cwd: room })).stdout, "[]\n");
  });

  it("is no command at all: prints the help to stderr", async () => {
    const none = await cli([], { cwd: room });
    const help = await cli(["--help"], { cwd: room });
    assert.deepEqual(none, { code: 2, stdout: "", stderr: help.stdout });
    assert.equal(help.code, 0);
  });
});
