import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BadArchiveError } from "../../../runtime/cli/download/download-error.ts";
import { isKept } from "../../../runtime/cli/download/movielens-files.ts";
import { unzip } from "../../../runtime/cli/download/unzip.ts";
import { type ZipEntry, zipOf } from "./zip-writer.ts";

type Cases = readonly (readonly [what: string, entries: readonly ZipEntry[], message: RegExp])[];

describe("unzip", () => {
  let room: string;
  let folder: string;
  let zip: string;

  beforeEach(async () => {
    room = await mkdtemp(join(tmpdir(), "millrace-unzip-"));
    folder = join(room, "data");
    zip = join(room, "a.zip");
    await mkdir(folder);
  });
  afterEach(() => rm(room, { recursive: true }));

  const refusal = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof BadArchiveError, String(error));
    assert.match(error.message, message);
    return true;
  };

  const movies: ZipEntry = { name: "movies.csv", contents: "movieId,title,genres\n" };
  const refused: Cases = [
    [
      "a way out",
      [movies, { name: "a/../../b.csv", contents: "" }],
      /: invalid relative path: a\/\.\.\/\.\.\/b\.csv$/,
    ],
    ["an absolute path", [movies, { name: "/etc/b.csv", contents: "" }], /: absolute path: \/etc\/b\.csv$/],
    ["a drive", [movies, { name: "C:/b.csv", contents: "" }], /: absolute path: C:\/b\.csv$/],
    [
      "a backslash",
      [movies, { name: "..\\b.csv", contents: "" }],
      /: invalid characters in fileName: \.\.\\b\.csv$/,
    ],
    [
      "a link",
      [movies, { name: "b", contents: "/etc/passwd", mode: 0o120777 }],
      /: "b" is a symbolic link\.$/,
    ],
    [
      "a device",
      [movies, { name: "b", contents: "", mode: 0o020666 }],
      /: "b" is neither a file nor a folder\.$/,
    ],
    ["a name twice", [movies, { ...movies, name: "x/movies.csv" }], /: it has two files "movies\.csv"\.$/],
    [
      "more bytes than allowed",
      [{ ...movies, contents: "x".repeat(1001) }],
      /would have 1001 bytes, more than the 1000 expected at most\.$/,
    ],
  ];
  const damaged: Cases = [
    [
      "more bytes than it says",
      [{ ...movies, contents: "x".repeat(9999), claims: { size: 10 } }],
      /: too many bytes in the stream\. expected 10\./,
    ],
    [
      "fewer bytes than it says",
      [{ ...movies, claims: { size: 999 } }],
      /: not enough bytes in the stream\. expected 999\./,
    ],
    [
      "another checksum",
      [{ ...movies, claims: { crc: 1 } }],
      /: "movies\.csv" is damaged: its CRC-32 is not the one in the archive\.$/,
    ],
  ];
  for (const [what, entries, message] of refused) {
    it(`writes nothing of an archive with ${what}`, async () => {
      await writeFile(zip, zipOf(entries));
      await assert.rejects(unzip({ zip, folder, wanted: isKept, limit: 1000 }), refusal(message));
      assert.deepEqual((await readdir(room, { recursive: true })).sort(), ["a.zip", "data"]);
    });
  }
  for (const [what, entries, message] of damaged) {
    it(`refuses a file with ${what}`, async () => {
      await writeFile(zip, zipOf(entries));
      await assert.rejects(unzip({ zip, folder, wanted: isKept, limit: 1000 }), refusal(message));
    });
  }

  it("refuses what is no zip", async () => {
    await writeFile(zip, "<html>Sign in to the hotel's network</html>");
    await assert.rejects(
      unzip({ zip, folder: room, wanted: isKept, limit: 1000 }),
      refusal(/^Can't unpack ".*a\.zip": /),
    );
  });
});
