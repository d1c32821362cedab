import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { freshPath, makerOf } from "../../runtime/disk/fresh-path.ts";
import { removeLeftOvers, removeLeftOversOfRun } from "../../runtime/store/left-overs.ts";

const says = `const { freshPath } = await import(${JSON.stringify(new URL("../../runtime/disk/fresh-path.ts", import.meta.url).href)}); console.log(freshPath("x")); setInterval(() => {}, 1000);`;
const other = () =>
  spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", says], {
    stdio: ["ignore", "pipe", "inherit"],
  });

describe("what is half made", () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "millrace-left-")));
  const names: Record<"own" | "living" | "gone" | "elsewhere", string> = {
    own: "",
    living: "",
    gone: "",
    elsewhere: "",
  };
  let living: ReturnType<typeof other>;

  before(async () => {
    living = other();
    const [said] = (await once(living.stdout, "data")) as [Buffer];
    names.living = said.toString().trim();
    const dead = other();
    const [last] = (await once(dead.stdout, "data")) as [Buffer];
    names.gone = last.toString().trim();
    dead.kill("SIGKILL");
    await once(dead, "close");
    names.own = basename(freshPath(join(base, "x")));
    names.elsewhere = names.own.replace(/[0-9a-f]{12}/, "0123456789ab");
  });

  after(() => {
    living.kill("SIGKILL");
    rmSync(base, { recursive: true, force: true });
  });

  it("tells its maker, and whether that lives", () => {
    assert.deepEqual(Object.fromEntries(Object.entries(names).map(([who, name]) => [who, makerOf(name)])), {
      own: "lives",
      living: "lives",
      gone: "gone",
      elsewhere: "unknown",
    });
    // A later start of the machine, and a later process of the number.
    assert.equal(makerOf(names.own.replace(/\.[0-9a-f]{8}\./, ".01234567.")), "gone");
    assert.equal(makerOf(names.own.replace(/\.[0-9a-z]+(-[0-9a-f]+)$/, ".zz$1")), "gone");
    assert.equal(makerOf(".new-Ab3xY9"), "unknown");
  });

  const fill = (folder: string) => {
    mkdirSync(folder, { recursive: true });
    for (const [who, name] of Object.entries(names)) {
      if (who === "living") mkdirSync(join(folder, name, "within"), { recursive: true });
      else writeFileSync(join(folder, name), who);
    }
    mkdirSync(join(folder, "kept"), { recursive: true });
  };
  const left = (folder: string) =>
    readdirSync(folder)
      .map((name) => Object.entries(names).find(([, each]) => each === name)?.[0] ?? name)
      .sort()
      .join(" ");

  it("goes from a store when its maker is gone, and no other", async () => {
    const store = join(base, ".millrace");
    for (const folder of ["runs", "bundles", "cache"]) fill(join(store, folder));
    mkdirSync(join(store, "runs", "20260101-000000000-old-ox.deleted", "results"), { recursive: true });
    await Promise.all([removeLeftOvers(base), removeLeftOvers(base), removeLeftOvers(base)]);
    for (const folder of ["runs", "bundles", "cache"])
      assert.equal(left(join(store, folder)), "elsewhere kept living own");
    await removeLeftOvers(join(base, "nothing"));
  });

  it("goes from a run's folder when it is of no living process of this machine: only the run's holder makes it there", async () => {
    const run = join(base, "run");
    for (const folder of [".", "results", "artifacts"]) fill(join(run, folder));
    writeFileSync(join(run, "results", "3.bin.new"), "");
    writeFileSync(join(run, "run.json.0a1b2c3d.new"), "");
    writeFileSync(join(run, "lock.123.0a1b2c3d"), "");
    writeFileSync(join(run, "lock-1"), "");
    await removeLeftOversOfRun(run);
    assert.equal(left(run), "artifacts kept living lock-1 own results");
    assert.equal(left(join(run, "results")), "kept living own");
  });
});
