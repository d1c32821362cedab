import assert from "node:assert/strict";
import { cli, plain } from "../cli/cli.ts";
import { FlowFolder, text } from "../runner/flow-fixture.ts";
import { needExtensions } from "../tables/extension-files.ts";

const header = `
import { dataset, openSession, type Session } from "millrace";
const columns = [{ name: "total", type: "long" }];
`;

describe("Runs that write datasets", () => {
  before(async function () {
    await needExtensions(this, ["sqlite_scanner", "ducklake"]);
  });

  it("commit once, whatever fails, is killed and resumed", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${header}
const totals = dataset("totals", { columns: { total: "long" } });
const add = task({ name: "Add", retries: 1 }, async (session: Session) => {
  const [row] = await (await totals.read(session)).rows();
  await totals.replace(await session.fromRows(columns, [{ total: Number(row?.["total"] ?? 0) + 10 }]));
  await dataset("entries").append(await session.fromRows(columns, [{ total: 10 }]));
  if (!existsSync("failed")) {
    writeFileSync("failed", "");
    throw new Error("once");
  }
  if (!existsSync("killed")) {
    writeFileSync("killed", "");
    process.kill(process.ppid, "SIGKILL");
    process.kill(process.pid, "SIGKILL");
  }
});
const read = task("Read", async (session: Session, _after: unknown) => {
  const own = await (await totals.read(session)).rows();
  return [own[0]?.["total"], await (await dataset("entries").read(session)).count()];
});
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  return read(session, add(session));
});
`,
    });
    const killed = await folder.run();
    assert.equal(killed.signal, "SIGKILL");
    const resumed = await folder.resume();
    assert.match(resumed.states, /^\. Completed/);
    const next = await folder.run();
    assert.match(next.states, /^\. Completed/);
    const { stdout } = await cli(["datasets", "--json"], { cwd: folder.path });
    const listed = JSON.parse(stdout) as {
      name: string;
      versions: { info: { rows: number; run: string } }[];
    }[];
    assert.deepEqual(
      listed.map(({ name, versions }) => [name, versions.map(({ info }) => [info.rows, info.run])]),
      [
        [
          "entries",
          [
            [1, killed.run.info.id],
            [2, next.run.info.id],
          ],
        ],
        [
          "totals",
          [
            [1, killed.run.info.id],
            [1, next.run.info.id],
          ],
        ],
      ],
    );
    const { stdout: table } = await cli(["datasets", "entries"], { cwd: folder.path });
    assert.equal(
      plain(table, folder.path)
        .replaceAll(/(?<=\S) {2,}/g, "  ")
        .replaceAll(/^ +/gm, "")
        .trim(),
      text`
        VERSION  ROWS  BY  WRITTEN  AGE  RUN  TASK
        2  2  append  <time> <took>  <id>  Add-0
        1  1  append  <time> <took>  <id>  Add-0`,
    );
    assert.match(next.log, /The dataset totals: version 1 is read\./);
  });

  it("lose no row, from the threads of two processes at a time", async () => {
    const folder = new FlowFolder({
      "test.flow.ts": `${header}
const add = task("Add", async (session: Session, total: number) =>
  dataset("entries").append(await session.fromRows(columns, [{ total }])));
const read = task("Read", async (session: Session, _after: readonly number[]) =>
  (await (await dataset("entries").read(session)).rows()).map(({ total }) => total).sort());
export default flow({ name: "F", parameters: z.object({ from: z.number() }) }, async ({ from }) => {
  await using session = await openSession();
  return read(session, add.map(session, [from, from + 1, from + 2, from + 3]));
});
`,
    });
    const starts = { one: "10", two: "20" };
    const both = Object.entries(starts).map(
      ([name, from]) => folder.start(["run", "test.flow.ts", "--name", name, "--from", from]).ended,
    );
    for (const { states, log } of await Promise.all(both)) assert.match(states, /^\. Completed/, log);
    const { stdout } = await cli(["datasets", "--json"], { cwd: folder.path });
    const [entries] = JSON.parse(stdout) as { versions: { info: { rows: number } }[] }[];
    assert.deepEqual(
      entries?.versions.map(({ info }) => info.rows),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    for (const [name, from] of Object.entries(starts)) {
      const shown = await cli(["show", name, "--task", "Read", "--json"], { cwd: folder.path });
      const { value } = JSON.parse(shown.stdout) as { value: number[] };
      const first = Number(from);
      const isOwn = (total: number) => total >= first && total < first + 4;
      assert.deepEqual(value.filter(isOwn), [first, first + 1, first + 2, first + 3], "its own");
      assert.equal(new Set(value).size, value.length, "others' at most once");
    }
  });
});
