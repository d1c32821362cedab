import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DownloadError } from "../../runtime/cli/download/download-error.ts";
import {
  type DownloadMovieLensOptions,
  type DownloadProgress,
  downloadMovieLens,
} from "../../runtime/cli/download/download-movielens.ts";
import { type FileServer, startFileServer } from "./download/file-server.ts";
import { type ZipEntry, zipOf } from "./download/zip-writer.ts";

const sampleFolder = fileURLToPath(new URL("../../runtime/flows/sample/", import.meta.url));
const ZIP = "ml-latest-small.zip";

const MOVIES = "movieId,title,genres\n1,Toy Story (1995),Comedy\n";
// Random, so that it stays large when it is deflated.
const RATINGS = `userId,movieId,rating,timestamp\n${randomBytes(100_000).toString("hex")}\n`;
const DATA_SET: readonly ZipEntry[] = [
  { name: "ml-latest-small/", contents: "", mode: 0o040755 },
  { name: "ml-latest-small/links.csv", contents: "movieId,imdbId,tmdbId\n" },
  { name: "ml-latest-small/ratings.csv", contents: RATINGS },
  { name: "ml-latest-small/README.txt", contents: "Summary\n" },
  { name: "ml-latest-small/movies.csv", contents: MOVIES },
];

const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");

describe("download movielens", () => {
  let room: string;
  let server: FileServer;
  let folder: string;

  beforeEach(async () => {
    room = await mkdtemp(join(tmpdir(), "millrace-download-"));
    folder = join(room, "data");
    server = await startFileServer();
  });
  afterEach(async () => {
    await server.close();
    await rm(room, { recursive: true });
  });

  /** Offers a zip and its MD5, and gives its size. */
  function offer(entries: readonly ZipEntry[] = DATA_SET, etag?: string): number {
    const zip = zipOf(entries);
    server.put(ZIP, zip, etag);
    server.put(`${ZIP}.md5`, `MD5 (${ZIP}) = ${md5(zip)}\n`);
    return zip.length;
  }

  const download = (options: Partial<DownloadMovieLensOptions> = {}) =>
    downloadMovieLens({
      size: "small",
      folder,
      sampleFolder,
      baseUrl: server.url,
      retryDelays: [0, 0],
      ...options,
    });

  /** All paths below the download's folder, sorted. */
  const tree = async () => (await readdir(folder, { recursive: true })).sort();

  const failure = (message: string | RegExp) => (error: unknown) => {
    assert.ok(error instanceof DownloadError, String(error));
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };

  /** Calls `act` once, when so many bytes have come. */
  const at = (bytes: number, act: () => void) => {
    let acted = false;
    return ({ phase, done }: DownloadProgress) => {
      if (acted || phase !== "download" || done < bytes) return;
      acted = true;
      act();
    };
  };

  const COMPLETE = [
    "movielens-small",
    "movielens-small/README.txt",
    "movielens-small/imdb_sample.csv",
    "movielens-small/movies.csv",
    "movielens-small/ratings.csv",
  ];

  it("checks the zip against its MD5 and unpacks what the movie flow reads, with the sample's IMDB rows", async () => {
    offer();
    const result = await download();
    assert.deepEqual(result, {
      outcome: "downloaded",
      folder: join(folder, "movielens-small"),
      files: ["README.txt", "imdb_sample.csv", "movies.csv", "ratings.csv"],
      fromSample: "imdb_sample.csv",
      zip: undefined,
    });
    assert.deepEqual(await tree(), COMPLETE);
    assert.equal(await readFile(join(result.folder, "movies.csv"), "utf8"), MOVIES);
    assert.equal(await readFile(join(result.folder, "ratings.csv"), "utf8"), RATINGS);
    assert.deepEqual(
      await readFile(join(result.folder, "imdb_sample.csv")),
      await readFile(join(sampleFolder, "imdb_sample.csv")),
    );
    assert.deepEqual(server.log, [`GET /${ZIP}.md5 -> 200`, `GET /${ZIP} -> 200`]);
  });

  it("reports bytes of each phase, up to the last one", async () => {
    const size = offer();
    const last = new Map<string, DownloadProgress>();
    let before: DownloadProgress | undefined;
    await download({
      onProgress(progress) {
        assert.ok(progress.phase !== before?.phase || progress.done >= before.done);
        before = progress;
        last.set(progress.phase, progress);
      },
    });
    const unpacked = MOVIES.length + RATINGS.length + "Summary\n".length;
    assert.deepEqual(
      [...last.values()],
      [
        { phase: "download", done: size, total: size },
        { phase: "verify", done: size, total: size },
        { phase: "extract", done: unpacked, total: unpacked },
      ],
    );
  });

  it("keeps the zip on request, and does not fetch a good one again", async () => {
    offer();
    const { zip } = await download({ keepZip: true });
    assert.equal(zip, join(folder, ZIP));
    assert.deepEqual(await tree(), [ZIP, ...COMPLETE]);
    await rm(join(folder, "movielens-small"), { recursive: true });
    await download();
    assert.deepEqual(await tree(), COMPLETE);
    assert.deepEqual(server.log, [`GET /${ZIP}.md5 -> 200`, `GET /${ZIP} -> 200`, `GET /${ZIP}.md5 -> 200`]);
  });

  it("stops at once when it is cancelled, and goes on from there another day", async () => {
    offer();
    server.misbehave({ stallAfter: 40_000 });
    const cancel = new AbortController();
    const reason = new Error("cancelled by the user");
    await assert.rejects(
      download({ signal: cancel.signal, onProgress: at(40_000, () => cancel.abort(reason)) }),
      reason,
    );
    assert.deepEqual(await tree(), [`${ZIP}.part`, `${ZIP}.part.json`]);
    await download();
    assert.equal(server.log.at(-1), `GET /${ZIP} bytes=40000- if "v1" -> 206`);
    assert.deepEqual(await tree(), COMPLETE);
  });

  it("tries again when the server is out of service for a moment, and gives up when it stays so", async () => {
    offer();
    server.misbehave({ status: 503 }, { status: 429 });
    await download();
    assert.deepEqual(server.log.slice(1), [`GET /${ZIP} -> 503`, `GET /${ZIP} -> 429`, `GET /${ZIP} -> 200`]);
    server.misbehave({ status: 503 }, { status: 503 }, { status: 503 });
    await assert.rejects(
      download({ force: true }),
      failure(
        `${server.url}${ZIP}: the server answered 503 Service Unavailable. Run the command again later.`,
      ),
    );
    assert.deepEqual(await tree(), COMPLETE, "what was there is still there");
  });

  it("keeps the zip, but no half unpacked folder, when it is cancelled while unpacking", async () => {
    offer();
    const cancel = new AbortController();
    const onProgress = ({ phase }: DownloadProgress) => {
      if (phase === "extract") cancel.abort();
    };
    await assert.rejects(download({ signal: cancel.signal, onProgress }), { name: "AbortError" });
    assert.deepEqual(await tree(), [ZIP]);
  });

  it("says which file the server doesn't have", async () => {
    await assert.rejects(
      download(),
      failure(
        `${server.url}${ZIP}.md5: the server answered 404 Not Found. Check that the file is still offered there.`,
      ),
    );
    assert.deepEqual(server.log, [`GET /${ZIP}.md5 -> 404`], "it isn't asked twice");
  });

  it("leaves nothing behind of a zip with another MD5 than the published one", async () => {
    offer();
    server.put(`${ZIP}.md5`, `${"0".repeat(32)}  ${ZIP}\n`);
    await assert.rejects(
      download(),
      failure(
        `${server.url}${ZIP} arrived damaged: its MD5 is ${md5(zipOf(DATA_SET))}, but ${"0".repeat(32)} is published for it. It was removed; run the command again.`,
      ),
    );
    assert.deepEqual(await tree(), []);
  });

  it("leaves nothing behind of an archive that reaches out of its folder", async () => {
    offer([...DATA_SET, { name: "../evil.txt", contents: "evil" }]);
    await assert.rejects(download(), failure(/invalid relative path: \.\.\/evil\.txt/));
    assert.deepEqual(await tree(), []);
    assert.deepEqual(await readdir(room), ["data"]);
  });

  it("refuses an archive without the data set's files", async () => {
    offer([{ name: "ml-latest-small/movies.csv", contents: MOVIES }]);
    await assert.rejects(download(), failure(`${ZIP} has no ratings.csv. It is not the expected data set.`));
    assert.deepEqual(await tree(), []);
  });

  it("does nothing if the data set is there, unless it is forced", async () => {
    offer();
    await download();
    await writeFile(join(folder, "movielens-small/movies.csv"), "mine");
    server.log.length = 0;
    assert.equal((await download()).outcome, "already there");
    assert.deepEqual(server.log, []);
    assert.equal(await readFile(join(folder, "movielens-small/movies.csv"), "utf8"), "mine");
    assert.equal((await download({ force: true })).outcome, "downloaded");
    assert.equal(await readFile(join(folder, "movielens-small/movies.csv"), "utf8"), MOVIES);
    assert.deepEqual(await tree(), COMPLETE);
  });

  it("doesn't touch a folder of that name that is something else", async () => {
    const target = join(folder, "movielens-small");
    await mkdir(target, { recursive: true });
    await writeFile(join(target, "ratings.csv"), "mine");
    await assert.rejects(
      download(),
      failure(
        `"${target}" is there, but without movies.csv, imdb_sample.csv. Force the download to replace the folder, or choose another one.`,
      ),
    );
    assert.deepEqual(await tree(), ["movielens-small", "movielens-small/ratings.csv"]);
  });

  it("says that the machine is offline", async () => {
    await assert.rejects(
      download({ baseUrl: "http://files.grouplens.invalid/", retryDelays: [] }),
      failure(
        "Can't find the server files.grouplens.invalid: this machine seems to be offline, or its name service doesn't know it. Check the network connection and run the command again; a download goes on where it stopped.",
      ),
    );
  });

  it("says that the disk is full", async function () {
    await mkdir(folder);
    // Only root may mount; elsewhere this stays unproven.
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder]).status !== 0) this.skip();
    try {
      offer();
      await assert.rejects(
        download(),
        failure(
          `The disk is full: can't write "${join(folder, `${ZIP}.part`)}". Free some space there, or choose another folder, and run the command again; a download goes on where it stopped.`,
        ),
      );
    } finally {
      spawnSync("umount", [folder]);
    }
  });

  it("says that a file is in the way of the folder", async () => {
    await writeFile(folder, "");
    await assert.rejects(download(), failure(/movielens-small" is in the way of the folder to make/));
  });
});
