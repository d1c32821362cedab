import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cli, makeRoom, removeRoom, text } from "./cli.ts";
import { shop } from "./flows.ts";

describe("millrace --help", () => {
  let room: string;
  before(() => {
    room = makeRoom({
      "shop.flow.ts": shop,
      "types.flow.ts": `import { flow } from "millrace";
import { z } from "zod";
const parameters = z.object({
  n: z.number(),
  list: z.array(z.number()),
  yes: z.boolean().default(true),
  flag: z.boolean().default(false),
  deep: z.object({ a: z.array(z.number()) }),
});
export default flow({ name: "Types", parameters }, (given) => {
  console.log(JSON.stringify(given));
});
`,
      "clash.flow.ts": `import { flow } from "millrace";
import { z } from "zod";
export default flow(
  {
    name: "Clash",
    parameters: z.object({
      json: z.string().default("x"),
      dir: z.string().default("x"),
      camelCase: z.number().default(1).meta({ alias: "h" }),
      other: z.number().default(1).meta({ alias: "c" }),
      another: z.number().default(1).meta({ alias: "c" }),
    }),
  },
  (parameters) => {
    console.log(JSON.stringify(parameters));
  },
);
`,
    });
  });
  after(() => removeRoom(room));

  const help = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli([...args, "--help"], { cwd: room });
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout;
  };

  it("lists a flow's parameters with what they mean and take", async () => {
    assert.equal(
      (await help("run", "shop")).split("\nOptions:")[0],
      text`
        Usage: millrace run shop [options]

        Prices items.

        The flow's parameters:
          --items <value...>   What to price (default: ["tea","bread"])
          -b, --bad [boolean]  Whether to ask for money back (default: false)
          --mood <string>      (one of good, fair; default: "good")
          --floors <integer>   (1 to 9; default: 1)

        `,
    );
  });

  it("leaves nothing in the folder", async () => {
    await help("run", "shop");
    assert.ok(!existsSync(join(room, ".millrace")));
  });

  it("lists the options that all flows have, without naming a flow", async () => {
    const generic = await help("run");
    const own = (await help("run", "shop")).split("\nOptions:\n")[1] ?? "";
    const flags = (output: string) =>
      output.match(/^ {2}(-\w, )?--\S+/gm)?.filter((flag) => !flag.includes("--help"));
    assert.deepEqual(flags(generic), flags(own));
  });

  it("leaves a flow's parameters their names", async () => {
    const usage = await help("run", "clash");
    assert.deepEqual(usage.match(/^ {2}(-\w, )?--\S+/gm)?.slice(0, 5), [
      "  --json",
      "  --dir",
      "  --camel-case",
      "  -c, --other",
      "  --another",
    ]);
    const given = '{"json": "a", "dir": "b", "other": 3}';
    const { stdout } = await cli(["run", "clash", "--parameters", given, "--camel-case", "2", "-c", "4"], {
      cwd: room,
    });
    assert.match(stdout, /- \{"json":"a","dir":"b","camelCase":2,"other":4,"another":1\}\n/);
  });

  it("is followed: options take numbers, lists, JSON, and yes or no", async () => {
    const given = ["--n", "-1.5", "--list", "1", "2", "--no-yes", "--deep", '{"a": [1]}', "--flag"];
    const { stdout } = await cli(["run", "types", ...given], { cwd: room });
    assert.match(stdout, /- \{"n":-1\.5,"list":\[1,2\],"yes":false,"flag":true,"deep":\{"a":\[1\]\}\}\n/);
  });

  it("is there for every command", async () => {
    const commands = (await help()).match(/^ {2}[a-z]+(?= )/gm)?.map((line) => line.trim());
    assert.deepEqual(commands, [
      "run",
      "graph",
      "list",
      "inspect",
      "init",
      "runs",
      "show",
      "logs",
      "follow",
      "cancel",
      "resume",
      "prune",
      "datasets",
      "download",
      "extensions",
      "completion",
      "help",
    ]);
    const outputs = await Promise.all((commands ?? []).slice(0, -1).map((command) => help(command)));
    for (const [i, output] of outputs.entries())
      assert.match(output, new RegExp(`^Usage: millrace ${commands?.[i]} `));
  });
});
