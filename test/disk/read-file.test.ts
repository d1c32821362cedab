import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { isBelow } from "../../runtime/disk/is-below.ts";
import {
  RefusedFileError,
  readAnywhere,
  readAnywhereSync,
  readBelow,
  readBelowSync,
} from "../../runtime/disk/read-file.ts";

describe("reading a file that may come from anywhere", () => {
  let room = "";
  beforeEach(() => {
    room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-read-")));
    mkdirSync(join(room, "run", "results"), { recursive: true });
    writeFileSync(join(room, "secret"), "secret");
  });
  afterEach(() => rmSync(room, { recursive: true, force: true }));

  /** What all ways of reading say of a file below `run`: its text, or why it isn't read. */
  async function read(name: string, limit = 100): Promise<string> {
    const folder = join(room, "run");
    const told = async (way: () => Buffer | Promise<Buffer>) => {
      try {
        return String(await way());
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        return error instanceof RefusedFileError ? message.replaceAll(room, "") : String(code);
      }
    };
    const [one, two] = [
      await told(() => readBelow(folder, name, limit)),
      await told(() => readBelowSync(folder, name, limit)),
    ];
    assert.equal(one, two);
    return one;
  }

  it("gives a regular file's bytes, up to a limit", async () => {
    for (const size of [0, 1, 4_095, 4_096, 4_097, 100_000]) {
      const content = "x".repeat(size);
      writeFileSync(join(room, "run", "results", "file"), content);
      assert.equal(await read("results/file", size), content);
      assert.equal(String(await readAnywhere(join(room, "run", "results", "file"), size)), content);
      if (size === 0) continue;
      assert.match(
        await read("results/file", size - 1),
        /\/run\/results\/file isn't read: it is larger than/,
      );
    }
    assert.equal(await read("missing"), "ENOENT");
  });

  it("refuses links, wherever on the way, and names that lead out", async () => {
    symlinkSync(join(room, "secret"), join(room, "run", "link"));
    symlinkSync(room, join(room, "run", "up"));
    symlinkSync("../secret", join(room, "run", "results", "inner"));
    for (const name of ["link", "up/secret", "results/inner"]) assert.match(await read(name), /it is a link/);
    for (const name of ["../secret", "results/../../secret", join(room, "secret"), "", "C:\\secret", "a\0b"])
      assert.match(await read(name), /it is no name of a file in \/run/);
  });

  it("waits for no pipe, no device and no socket, also behind links", async function () {
    if (process.platform === "win32") this.skip();
    execFileSync("mkfifo", [join(room, "run", "pipe")]);
    symlinkSync("/dev/zero", join(room, "zero"));
    symlinkSync("/dev/tty", join(room, "tty"));
    symlinkSync(join(room, "run", "pipe"), join(room, "to-pipe"));
    const server = createServer().listen(join(room, "run", "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      assert.match(await read("pipe"), /it is a pipe, and no regular file/);
      assert.match(await read("socket"), /it is a socket/);
      assert.match(await read("results"), /it is a folder/);
      for (const name of ["zero", "tty", "to-pipe", "run"]) {
        await assert.rejects(readAnywhere(join(room, name), 100), RefusedFileError);
        assert.throws(() => readAnywhereSync(join(room, name), 100), RefusedFileError);
      }
    } finally {
      server.close();
    }
  });

  it("stops at the limit where a file doesn't tell how large it is", async function () {
    if (process.platform !== "linux") this.skip();
    await assert.rejects(readAnywhere("/proc/self/smaps", 100), /larger than/);
    assert.throws(() => readAnywhereSync("/proc/self/smaps", 100), /larger than/);
    assert.match(String(await readAnywhere("/proc/self/stat", 10_000)), /^\d+ \(/);
  });
});

describe("whether a path is below a folder", () => {
  it("is told by where links lead, also to what isn't there yet", () => {
    const room = realpathSync(mkdtempSync(join(tmpdir(), "millrace-below-")));
    try {
      mkdirSync(join(room, "base", "inner"), { recursive: true });
      symlinkSync("/etc", join(room, "base", "etc"));
      symlinkSync(join(room, "nowhere"), join(room, "base", "dangling"));
      symlinkSync("inner", join(room, "base", "own"));
      symlinkSync("loop", join(room, "base", "loop"));
      const below = (path: string) => isBelow(join(room, path), join(room, "base"));
      const answers = Object.fromEntries(
        [
          "base",
          "base/x",
          "base/..x",
          "base/inner/x/y",
          "base/own/x",
          "basement",
          "",
          "base/..",
          "base/etc",
        ].map((path) => [path, below(path)]),
      );
      assert.deepEqual(answers, {
        base: true,
        "base/x": true,
        "base/..x": true,
        "base/inner/x/y": true,
        "base/own/x": true,
        basement: false,
        "": false,
        "base/..": false,
        "base/etc": false,
      });
      assert.deepEqual(["base/etc/passwd", "base/dangling", "base/dangling/x"].map(below), [
        false,
        false,
        false,
      ]);
      assert.equal(typeof below("base/loop"), "boolean");
    } finally {
      rmSync(room, { recursive: true, force: true });
    }
  });

  it("agrees with going up from the path, a part at a time", () => {
    const part = fc.constantFrom("a", "b", "..", ".", "..a", "");
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (inPath, inFolder) => {
        const [path, folder] = [join("/", ...inPath), join("/", ...inFolder)];
        const parents = new Set<string>();
        for (let at = path; ; at = join(at, "..")) {
          parents.add(at.replace(/(?<=.)\/$/, ""));
          if (join(at, "..") === at) break;
        }
        assert.equal(isBelow(path, folder), parents.has(folder.replace(/(?<=.)\/$/, "")));
      }),
    );
  });
});
