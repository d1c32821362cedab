import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFlow } from "../../runtime/discovery/bundle-flow.ts";
import { UserError } from "../../runtime/errors/user-error.ts";
import { makeRoom, removeRoom } from "../cli/cli.ts";

describe("a flow that is to run", function () {
  this.timeout(20_000);
  let room: string;

  beforeEach(() => {
    room = makeRoom();
  });

  afterEach(() => removeRoom(room));

  const instead: { readonly [what: string]: (path: string) => void } = {
    "a pipe": (path) => execFileSync("mkfifo", [path]),
    "a link to an endless device": (path) => symlinkSync("/dev/zero", path),
  };
  for (const [what, make] of Object.entries(instead))
    for (const name of ["other.ts", "data.json", "inside/more.ts", "tsconfig.json", "package.json"])
      it(`is refused, and waits for nothing, where ${name} is ${what}`, async () => {
        mkdirSync(join(room, "inside"));
        writeFileSync(
          join(room, "test.flow.ts"),
          `import "./${name.replace(/\.ts$/, "")}";\nexport default 1;\n`,
        );
        make(join(room, name));
        await assert.rejects(
          bundleFlow(join(room, "test.flow.ts"), join(room, "bundles")),
          (error) => error instanceof UserError && /isn't read: it is no regular file/.test(error.message),
        );
      });
});
