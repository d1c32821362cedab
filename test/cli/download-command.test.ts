import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cli, makeRoom, plain, removeRoom, text, transcript } from "./cli.ts";
import { type FileServer, startFileServer } from "./download/file-server.ts";
import { zipOf } from "./download/zip-writer.ts";

describe("millrace download movielens", () => {
  let room: string;
  let server: FileServer;
  beforeEach(async () => {
    room = makeRoom();
    server = await startFileServer();
    const zip = zipOf([
      { name: "ml-latest-small/movies.csv", contents: "movieId,title,genres\n1,Toy Story (1995),Comedy\n" },
      { name: "ml-latest-small/ratings.csv", contents: `userId\n${randomBytes(50_000).toString("hex")}\n` },
    ]);
    server.put("ml-latest-small.zip", zip);
    server.put(
      "ml-latest-small.zip.md5",
      `${createHash("md5").update(zip).digest("hex")}  ml-latest-small.zip\n`,
    );
  });
  afterEach(async () => {
    await server.close();
    removeRoom(room);
  });

  const download = (...args: string[]) => ({
    args: ["download", "movielens", "--size", "small", ...args],
    options: { cwd: room, env: { MILLRACE_GROUPLENS_URL: server.url } },
  });

  it("says where the data is, and how to use it", async () => {
    const { args, options } = download("--to", "my data");
    assert.equal(
      transcript(await cli(args, options), room).replaceAll(/^! (Downloading|Checking|Unpacking).*\n/gm, ""),
      text`
        my data/movielens-small is there: imdb_sample.csv, movies.csv, ratings.csv
        (imdb_sample.csv is a copy of the sample data's.)
        Next: millrace run movie-ratings --input "my data/movielens-small"
        exit 0`,
    );
    assert.match(
      transcript(await cli(args, options), room),
      /^my data\/movielens-small was there already: imdb_sample\.csv, movies\.csv, ratings\.csv\n/,
    );
  });

  it("tells a pipe how far it is, on stderr, and prints JSON when asked to", async () => {
    server.misbehave({ trickle: 4 });
    const { args, options } = download("--json", "--keep-zip");
    const { stdout, stderr } = await cli(args, options);
    assert.match(
      stderr.replaceAll(/of .*$/gm, "of it"),
      /^(Downloading \d+ % of it\n)+(Checking the MD5 \d+ % of it\n)+(Unpacking \d+ % of it\n)+$/,
    );
    assert.deepEqual(JSON.parse(plain(stdout, room)), {
      outcome: "downloaded",
      folder: "<room>/movielens-small",
      files: ["imdb_sample.csv", "movies.csv", "ratings.csv"],
      fromSample: "imdb_sample.csv",
      zip: "<room>/ml-latest-small.zip",
    });
  });

  it("goes on after Ctrl-C where it stopped", async () => {
    server.misbehave({ stallAfter: 20_000 });
    const { args, options } = download();
    const stopped = await cli(args, {
      ...options,
      during: async (child) => {
        while (!existsSync(join(room, "ml-latest-small.zip.part"))) await delay(20);
        await delay(200);
        child.kill("SIGINT");
      },
    });
    assert.equal(stopped.code, 130);
    assert.match(stopped.stderr, /Stopped\. The same command goes on where the download stopped\.\n$/);
    server.cut();
    assert.equal((await cli(args, options)).code, 0);
    assert.match(server.log.at(-1) ?? "", /bytes=20000-.* -> 206$/);
    assert.deepEqual(readdirSync(room), ["movielens-small"]);
  });

  it("says what is wrong with the server", async () => {
    const { args, options } = download();
    await server.close();
    server = await startFileServer();
    const { code, stderr } = await cli(args, { ...options, env: { MILLRACE_GROUPLENS_URL: server.url } });
    assert.equal(code, 1);
    assert.match(stderr, /^error: .*ml-latest-small\.zip\.md5: the server answered 404 Not Found\. .*\n$/);
  });
});
