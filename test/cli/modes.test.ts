import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { entry, makeRoom, removeRoom } from "./cli.ts";

const flow = `
import { artifact, flow, openSession, task, type Session } from "millrace";
const rows = task({ name: "Rows", cache: true }, (session: Session) => session.sql\`SELECT i FROM range(100000) t(i)\`);
const large = task("Large", async () => { await artifact.markdown("a", "text"); return "x".repeat(10_000); });
export default flow({ name: "F" }, async () => {
  await using session = await openSession();
  const table = await rows(session);
  await large();
  await table.writeParquet("out");
});
`;

describe("What a run leaves", () => {
  for (const mask of ["022", "027", "077"])
    it(`has the modes that the umask ${mask} asks for, and what may hold secrets is for this user only`, function () {
      if (process.platform === "win32") this.skip();
      const room = makeRoom({ "f.flow.ts": flow });
      try {
        const run = `umask ${mask}; exec "${process.execPath}" "${entry}" run f --json`;
        const { status, stderr } = spawnSync("sh", ["-c", run], { cwd: room, encoding: "utf8" });
        assert.equal(status, 0, stderr);
        const open = 0o777 & ~Number.parseInt(mask, 8);
        const otherwise: string[] = [];
        for (const path of readdirSync(room, { recursive: true, encoding: "utf8" })) {
          if (!/^(\.millrace|out)/.test(path)) continue;
          const found = lstatSync(join(room, path));
          const mode = found.mode & 0o777;
          // What engines spill there is for this user only, as the key is.
          const own = /(\/digest\.key|\/temporary)$/.test(path);
          const usual = own ? 0o700 : open;
          const expected = found.isDirectory() ? usual : usual & 0o666;
          if (mode !== expected) otherwise.push(`${path} ${mode.toString(8)}`);
        }
        assert.deepEqual(otherwise, []);
      } finally {
        removeRoom(room);
      }
    });
});
