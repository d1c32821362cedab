import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { isNamedBelow, pathFrom } from "../../runtime/disk/is-below.ts";

const name = fc
  .string({ unit: fc.constantFrom(..."ab.é -".split("")), minLength: 1, maxLength: 6 })
  .filter((text) => !/^\.+$/.test(text));

describe("Paths as they are kept in files", () => {
  it("are relative, with slashes, on Windows too", () => {
    const base = "C:\\Users\\me\\repo";
    const kept = (path: string) => pathFrom(base, path, win32);
    assert.deepEqual(
      {
        inIt: kept("C:\\Users\\me\\repo\\data\\days.csv"),
        itself: kept(base),
        inAnotherCase: kept("c:\\users\\ME\\Repo\\days.csv"),
        withSlashes: kept("C:/Users/me/repo/days.csv"),
        beside: kept("C:\\Users\\me\\repo2\\days.csv"),
        above: kept("C:\\Users\\me"),
        onAnotherDrive: kept("D:\\Users\\me\\repo\\days.csv"),
        onAShare: kept("\\\\server\\share\\days.csv"),
        twoDots: kept("C:\\Users\\me\\repo\\..x\\days.csv"),
      },
      {
        inIt: "data/days.csv",
        itself: "",
        inAnotherCase: "days.csv",
        withSlashes: "days.csv",
        beside: undefined,
        above: undefined,
        onAnotherDrive: undefined,
        onAShare: undefined,
        twoDots: "..x/days.csv",
      },
    );
    assert.equal(pathFrom("\\\\server\\share\\repo", "\\\\server\\share\\repo\\a\\b", win32), "a/b");
    assert.equal(pathFrom("\\\\server\\share\\repo", "\\\\server\\other\\repo\\a", win32), undefined);
    assert.equal(pathFrom("\\\\?\\C:\\long", "\\\\?\\C:\\long\\a\\b", win32), "a/b");
  });

  it("keep a backslash that is part of a name elsewhere", () => {
    assert.equal(pathFrom("/work", "/work/a\\b/c", posix), "a\\b/c");
    assert.equal(pathFrom("/Work", "/work/a", posix), undefined);
  });

  it("lead back to what they were made of, by join, on each system", () => {
    for (const [rules, root] of [
      [posix, "/srv/data"],
      [win32, "C:\\srv\\data"],
      [win32, "\\\\server\\share\\data"],
    ] as const) {
      fc.assert(
        fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (parts) => {
          const path = rules.join(root, ...parts);
          const kept = pathFrom(root, path, rules);
          assert.ok(kept !== undefined && !kept.includes("\\") && isNamedBelow(path, root, rules));
          assert.equal(rules.join(root, kept), path);
        }),
      );
    }
  });
});
