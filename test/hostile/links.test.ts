import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPart, readPart } from "../../runtime/cli/download/part-file.ts";
import { readCancelRequest, requestCancel } from "../../runtime/store/cancel-request.ts";
import { cli, makeRoom, removeRoom, text, transcript } from "../cli/cli.ts";

describe("what is written where a link has the file's name", () => {
  let room = "";
  let victim = "";
  beforeEach(() => {
    room = makeRoom({ "victim/file": "mine" });
    victim = join(room, "victim", "file");
  });
  afterEach(() => {
    assert.equal(readFileSync(victim, "utf8"), "mine");
    removeRoom(room);
  });

  it("takes the link's place: the types' tsconfig.json, and in a linked store nothing", async () => {
    const store = join(room, "work", ".millrace");
    mkdirSync(store, { recursive: true });
    symlinkSync(victim, join(store, "tsconfig.json"));
    const cwd = join(room, "work");
    const { code } = await cli(["init", "--types"], { cwd });
    assert.equal(code, 0);
    assert.ok(lstatSync(join(store, "tsconfig.json")).isFile());
    rmSync(store, { recursive: true });
    symlinkSync(join(room, "victim"), store);
    assert.equal(
      transcript(await cli(["init", "--types"], { cwd }), room),
      text`
        ! error: <room>/work/.millrace isn't touched: it is a link, and what it leads to may be anybody's.
        exit 1`,
    );
  });

  it("takes the link's place: a request to cancel, which is read only as a file", async () => {
    const run = join(room, "run");
    mkdirSync(run);
    symlinkSync(victim, join(run, "cancel"));
    assert.equal(await readCancelRequest(run), undefined);
    await requestCancel(run, "enough");
    assert.equal(await readCancelRequest(run), "enough");
  });

  it("takes the link's place: the part of a download, which no link is", async () => {
    const file = join(room, "data.zip");
    symlinkSync(victim, `${file}.part`);
    writeFileSync(`${file}.part.json`, JSON.stringify({ url: "u", validator: "v" }));
    assert.equal(await readPart(file, "u"), undefined);
    await assert.rejects(openPart(file, false), { code: "ELOOP" });
    const part = await openPart(file, true);
    await part.appendFile("bytes");
    await part.close();
    assert.deepEqual(await readPart(file, "u"), { size: 5, validator: "v" });
  });
});
