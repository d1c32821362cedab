import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FlowReader } from "../../runtime/discovery/flow-reader.ts";
import { makeRoom, removeRoom } from "../cli/cli.ts";

const good = `import { flow, task } from "millrace";
import "./steps.ts";
task("Own", () => 1);
export default flow({ name: "Good" }, () => {});
`;

describe("reading flow files that may come from anywhere", () => {
  let room = "";
  beforeEach(() => {
    room = makeRoom({ "good.flow.ts": good });
  });
  afterEach(() => removeRoom(room));

  async function read(
    file: string,
    reader: FlowReader,
    unsaved = new Map<string, string>(),
  ): Promise<string> {
    const { file: found } = await reader.read(join(room, file), () => unsaved);
    const problems = found.problems.map(({ message, source }) =>
      `${source.file}: ${message}`.replaceAll(room, ""),
    );
    return [found.flow?.name ?? "none", ...found.tasks.map(({ name }) => name), ...problems].join(" | ");
  }

  it("goes on where an import can't be read, and says which", async function () {
    if (process.platform === "win32") this.skip();
    await using reader = new FlowReader();
    const steps = join(room, "steps.ts");
    symlinkSync("/dev/zero", steps);
    assert.equal(
      await read("good.flow.ts", reader),
      "Good | Own | /steps.ts: It can't be read: /steps.ts isn't read: it is a device, and no regular file.",
    );
    removeRoom(steps);
    execFileSync("mkfifo", [steps]);
    assert.match(await read("good.flow.ts", reader), /^Good \| Own \| \/steps\.ts: .*it is a pipe/);
    removeRoom(steps);
    mkdirSync(steps);
    assert.match(await read("good.flow.ts", reader), /^Good \| Own \| \/steps\.ts: .*it is a folder/);
    removeRoom(steps);
    writeFileSync(steps, "");
    truncateSync(steps, 300 << 20);
    assert.match(await read("good.flow.ts", reader), /^Good \| Own \| \/steps\.ts: .*it is larger than 2 MB/);
    removeRoom(steps);
    symlinkSync("/etc/hostname", join(room, "elsewhere"));
    writeFileSync(join(room, "linked"), 'import { task } from "millrace";\ntask("Linked", () => 1);\n');
    symlinkSync("linked", steps);
    assert.equal(await read("good.flow.ts", reader), "Good | Own | Linked");
  });

  it("takes unsaved text for a file's", async () => {
    await using reader = new FlowReader();
    const unsaved = new Map([[join(room, "good.flow.ts"), good.replace("Good", "Better")]]);
    assert.equal(await read("good.flow.ts", reader, unsaved), "Better | Own");
  });

  it("shows a file that is nested too deeply, or takes too long, as a problem, and reads the next", async () => {
    writeFileSync(join(room, "deep.flow.ts"), `export default ${"(".repeat(200_000)}`);
    writeFileSync(join(room, "deep-2.flow.ts"), `export default ${"[".repeat(5_000)}1${"]".repeat(5_000)}`);
    // Modules that each import all others, so that there is no end of reading within the limit.
    const slow = Array.from({ length: 200_000 }, (_, i) => `a${i}?.b(c => ${i});`)
      .join("\n")
      .slice(0, 2_000_000);
    for (let i = 0; i < 7; i++)
      writeFileSync(join(room, `slow-${i}.ts`), `import "./slow-${i + 1}.ts";\n${slow.slice(0, -100)}`);
    writeFileSync(join(room, "slow.flow.ts"), 'import "./slow-0.ts";\n');
    {
      await using reader = new FlowReader();
      assert.equal(
        await read("deep.flow.ts", reader),
        "none | /deep.flow.ts: It can't be read: it is nested too deeply.",
      );
      assert.match(await read("deep-2.flow.ts", reader), /^none \| /);
      assert.equal(await read("good.flow.ts", reader), "Good | Own");
    }
    await using hasty = new FlowReader(20);
    assert.equal(
      await read("slow.flow.ts", hasty),
      "none | /slow.flow.ts: It can't be read: reading it takes longer than 0.02 s.",
    );
    await using patient = new FlowReader();
    assert.equal(await read("good.flow.ts", patient), "Good | Own");
  });
});
