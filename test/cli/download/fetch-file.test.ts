import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DownloadError } from "../../../runtime/cli/download/download-error.ts";
import { fetchFile } from "../../../runtime/cli/download/fetch-file.ts";
import { httpGet } from "../../../runtime/cli/download/http-get.ts";
import type { RetryDelays } from "../../../runtime/cli/download/retries.ts";
import { type FileServer, startFileServer } from "./file-server.ts";

const SIZE = 100_000;
const CONTENTS = randomBytes(SIZE);

describe("fetching a file", () => {
  let folder: string;
  let server: FileServer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-fetch-"));
    server = await startFileServer();
    server.put("a.zip", CONTENTS);
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** Fetches /a.zip, cutting the connection when exactly so many bytes have come. */
  const fetchCutAt = (cuts: readonly number[], retryDelays: RetryDelays = [0]) => {
    const left = [...cuts];
    return fetchFile({
      url: `${server.url}a.zip`,
      file: join(folder, "a.zip"),
      retryDelays,
      onProgress(done, total) {
        assert.equal(total, SIZE);
        if (done !== left[0]) return;
        left.shift();
        server.cut();
      },
    });
  };

  async function assertComplete(contents = CONTENTS): Promise<void> {
    assert.deepEqual(await readdir(folder), ["a.zip"]);
    assert.ok(contents.equals(await readFile(join(folder, "a.zip"))));
  }

  const leavePart = async (bytes: Buffer, note: string) => {
    await writeFile(join(folder, "a.zip.part"), bytes);
    await writeFile(join(folder, "a.zip.part.json"), note);
  };

  const failure = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof DownloadError, String(error));
    assert.match(error.message, message);
    return true;
  };

  it("goes on where the connection was cut", async () => {
    server.misbehave({ stallAfter: 30_000 });
    await fetchCutAt([30_000]);
    assert.deepEqual(server.log, ["GET /a.zip -> 200", 'GET /a.zip bytes=30000- if "v1" -> 206']);
    await assertComplete();
  });

  it("goes on where an answer ended too early without an error", async () => {
    server.misbehave({ stallAfter: 30_000 }, { endAfter: 20_000 });
    await fetchCutAt([30_000]);
    assert.deepEqual(server.log, [
      "GET /a.zip -> 200",
      'GET /a.zip bytes=30000- if "v1" -> 206',
      'GET /a.zip bytes=50000- if "v1" -> 206',
    ]);
    await assertComplete();
  });

  it("doesn't give up on a bad line as long as something comes through", async () => {
    const cuts = [20_000, 40_000, 60_000, 80_000];
    server.misbehave(...cuts.map(() => ({ stallAfter: 20_000 })));
    await fetchCutAt(cuts, [0]);
    assert.equal(server.log.at(-1), 'GET /a.zip bytes=80000- if "v1" -> 206');
    await assertComplete();
  });

  it("gives up when nothing more comes through, and keeps what is there", async () => {
    server.misbehave({ stallAfter: 30_000 }, { stallAfter: 0 }, { stallAfter: 0 });
    await assert.rejects(fetchCutAt([30_000, 30_000, 30_000], [0]), failure(/^The connection to .* failed/));
    assert.equal((await readFile(join(folder, "a.zip.part"))).length, 30_000);
  });

  it("starts anew when the server sends no ranges", async () => {
    await server.close();
    server = await startFileServer({ ranges: false });
    server.put("a.zip", CONTENTS);
    server.misbehave({ stallAfter: 30_000 });
    await fetchCutAt([30_000]);
    assert.deepEqual(server.log, ["GET /a.zip -> 200", 'GET /a.zip bytes=30000- if "v1" -> 200']);
    await assertComplete();
  });

  it("starts anew when the file has changed since", async () => {
    const url = `${server.url}a.zip`;
    await leavePart(CONTENTS.subarray(0, 30_000), JSON.stringify({ url, validator: '"v1"' }));
    const changed = randomBytes(SIZE);
    server.put("a.zip", changed, '"v2"');
    await fetchCutAt([]);
    assert.deepEqual(server.log, ['GET /a.zip bytes=30000- if "v1" -> 200']);
    await assertComplete(changed);
  });

  for (const [what, note] of [
    ["of which version the part is", '{"url":"htt'],
    ["that the part is of this address", '{"url":"http://elsewhere/a.zip","validator":"\\"v1\\""}'],
  ] as const) {
    it(`starts anew when it isn't known ${what}`, async () => {
      await leavePart(Buffer.from("other bytes"), note);
      await fetchCutAt([]);
      assert.deepEqual(server.log, ["GET /a.zip -> 200"]);
      await assertComplete();
    });
  }

  it("starts anew when the part is longer than the file", async () => {
    const url = `${server.url}a.zip`;
    await leavePart(randomBytes(SIZE + 1), JSON.stringify({ url, validator: '"v1"' }));
    await fetchCutAt([]);
    assert.deepEqual(server.log, ['GET /a.zip bytes=100001- if "v1" -> 416', "GET /a.zip -> 200"]);
    await assertComplete();
  });

  it("takes a part that was complete already", async () => {
    const url = `${server.url}a.zip`;
    await leavePart(CONTENTS, JSON.stringify({ url, validator: '"v1"' }));
    await fetchCutAt([]);
    assert.deepEqual(server.log, ['GET /a.zip bytes=100000- if "v1" -> 416']);
    await assertComplete();
  });

  it("waits as long as the server asks for", async () => {
    server.misbehave({ status: 503, retryAfter: 1 });
    const started = performance.now();
    await fetchCutAt([]);
    assert.ok(performance.now() - started > 990);
  });

  it("says that nobody listens", async () => {
    await server.close();
    await assert.rejects(
      fetchCutAt([]),
      failure(/^The connection to 127\.0\.0\.1:\d+ failed \(ECONNREFUSED\)\. Check the network connection/),
    );
  });

  describe("from a slow server", () => {
    const size = async (silence: number) => {
      let bytes = 0;
      const options = { headers: {}, signal: undefined, accept: [200], silence };
      await httpGet(`${server.url}a.zip`, options, async (_, chunks) => {
        for await (const chunk of chunks) bytes += chunk.length;
      });
      return bytes;
    };

    it("gives up when it falls silent", async () => {
      server.misbehave({ stallAfter: 1000 });
      await assert.rejects(
        size(50),
        failure(/: the server sent nothing for a while\. Check the network connection/),
      );
    });

    it("waits as long as bytes come", async () => {
      server.misbehave({ trickle: 20 });
      assert.equal(await size(250), SIZE);
    });
  });
});
