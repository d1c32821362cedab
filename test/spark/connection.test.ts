import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { tableFromIPC } from "apache-arrow";
import type { Session } from "../../runtime/tables/session.ts";
import { parseSessionUrl, type SparkUrl } from "../../runtime/tables/session-url.ts";
import { openSpark } from "../../runtime/tables/spark/open-spark.ts";
import { SparkClient } from "../../runtime/tables/spark/spark-client.ts";
import {
  type CuttingProxy,
  cuttingProxy,
  freePort,
  http2Server,
  silentServer,
  webServer,
} from "./proxies.ts";
import { sharedSpark } from "./server.ts";

const sparkUrl = (text: string) => parseSessionUrl(text) as SparkUrl; // sc://

describe("A connection to Spark", function () {
  this.timeout(60_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-spark-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** What opening a session says, with a mark in place of the port. */
  async function said(port: number, parameters = ""): Promise<string> {
    const url = sparkUrl(`sc://127.0.0.1:${port}/;${parameters}`);
    const session = openSpark({ url, folder, patience: 1_000 });
    try {
      await session.connect();
      return "nothing";
    } catch (error) {
      return (error as Error).message
        .replaceAll(String(port), "<port>")
        .replace(/(<port>[^(]*)\(.*\)/s, "$1(...)"); // sessions throw errors only
    } finally {
      await session.close();
    }
  }

  describe("that can't be one says so:", () => {
    it("nobody is there", async () => {
      assert.equal(
        await said(await freePort()),
        "Opening the session: no Spark Connect server answers at 127.0.0.1:<port> (...). Start it, or correct the host, the port and use_ssl in --session.",
      );
    });

    for (const [what, start] of [
      ["a web server", webServer],
      ["a server of HTTP/2", http2Server],
    ] as const) {
      it(`${what} is there`, async () => {
        const server = await start();
        try {
          assert.match(
            await said(server.port),
            /^Opening the session: (what listens at 127\.0\.0\.1:<port> isn't a Spark Connect server|no Spark Connect server answers at 127\.0\.0\.1:<port>) \(\.\.\.\)\./,
          );
        } finally {
          server.close();
        }
      });
    }

    it("something is there that never answers", async () => {
      const server = await silentServer();
      try {
        assert.equal(
          await said(server.port),
          "Opening the session: what listens at 127.0.0.1:<port> gave no answer in time. Check that it is a Spark Connect server, and the host and port in --session.",
        );
      } finally {
        server.close();
      }
    });
  });

  describe("to a server", () => {
    let port: number;
    let proxy: CuttingProxy;

    before(async function () {
      ({ port } = await sharedSpark(this));
      proxy = await cuttingProxy(port);
    });

    after(() => proxy?.close());

    it("is refused without TLS where TLS is asked for", async () => {
      const message = await said(port, "use_ssl=true");
      assert.match(message, /^Opening the session: .*127\.0\.0\.1:<port>/);
      assert.match(message, /TLS|use_ssl/);
    });

    it("outlives its cuts: a long query goes on, and runs once", async () => {
      await using session = openSpark({ url: sparkUrl(`sc://127.0.0.1:${proxy.port}`), folder });
      const slow = await session.sql`
        SELECT count(*) AS n FROM range(0, ${100_000_000}, 1, 4) WHERE hash(id, id + 1) % 1000 = 7`;
      const rows = slow.rows();
      for (let cut = 0; cut < 3; cut++) {
        await delay(400);
        proxy.cut();
      }
      const [row] = await rows;
      await using direct = openSpark({ url: sparkUrl(`sc://127.0.0.1:${port}`), folder });
      const again = await direct.sql`
        SELECT count(*) AS n FROM range(0, ${100_000_000}, 1, 4) WHERE hash(id, id + 1) % 1000 = 7`;
      assert.deepEqual([row], await again.rows());
    });

    for (const [what, work] of [
      ["a call", async (session: Session) => session.sql`SELECT 1 AS x`],
      [
        "a query",
        async (session: Session, goDark: () => void) => {
          const slow =
            await session.sql`SELECT count(*) AS n FROM range(0, ${10 ** 11}, 1, 2) WHERE hash(id) = 7`;
          setTimeout(goDark, 500);
          return slow.rows();
        },
      ],
      [
        "an upload",
        async (session: Session, goDark: () => void) => {
          const text = "x".repeat(1_000_000);
          const rows = Array.from({ length: 100 }, (_, i) => ({ text: `${text}${i}` }));
          setTimeout(goDark, 100);
          return session.fromRows([{ name: "text", type: "string" }], rows);
        },
      ],
    ] as const) {
      it(`that goes dark in the middle of ${what} is given up in time`, async () => {
        const dark = await cuttingProxy(port);
        const url = sparkUrl(`sc://127.0.0.1:${dark.port}`);
        const sessionId = randomUUID();
        const session = openSpark({ url, folder, sessionId, silence: 4_000, patience: 5_000 });
        try {
          await session.connect();
          if (what === "a call") dark.goDark();
          await assert.rejects(work(session, dark.goDark), /When the server is back, resume the run\./);
        } finally {
          dark.close();
          await session.close();
          // The server knows nothing of it, and would go on with the query.
          await new SparkClient({ url: sparkUrl(`sc://127.0.0.1:${port}`), sessionId }).close(true);
        }
      });
    }

    it("that is cut while rows come loses none and doubles none", async () => {
      await using session = openSpark({ url: sparkUrl(`sc://127.0.0.1:${proxy.port}`), folder });
      const table = await session.sql`SELECT id, repeat('x', 100) AS text FROM range(300000)`;
      const before = proxy.received;
      let cuts = 0;
      const cutter = setInterval(() => {
        if (proxy.received < before + (cuts + 1) * 5_000_000 || cuts === 4) return;
        cuts++;
        proxy.cut();
      }, 2);
      try {
        const rows = await table.rows();
        assert.ok(cuts > 0, "nothing was cut");
        assert.equal(rows.length, 300_000);
        assert.ok(rows.every((row, i) => row.id === i));
      } finally {
        clearInterval(cutter);
      }
    });

    it("that is lost for good is an error, after it has been tried", async () => {
      const short = await cuttingProxy(port);
      const sessionId = randomUUID();
      const url = sparkUrl(`sc://127.0.0.1:${short.port}`);
      const session = openSpark({ url, folder, sessionId, owner: false, patience: 1_500 });
      const slow =
        await session.sql`SELECT count(*) AS n FROM range(0, 1000000000000, 1, 2) WHERE hash(id) = 7`;
      const rows = slow.rows();
      const failed = assert.rejects(rows, {
        name: "TableError",
        message:
          /^Reading rows: the connection to Spark at 127\.0\.0\.1:\d+ was lost and didn't come back within 2 s \(.*\)\. When the server is back, resume the run\.$/s,
      });
      await delay(500);
      short.close();
      await failed;
      await session.close();
      // The query goes on, with nobody there to hear of it: whoever owns the server's session ends it.
      const owner = openSpark({ url: sparkUrl(`sc://127.0.0.1:${port}`), folder, sessionId });
      await owner.connect();
      await owner.close();
    });

    it("moves to a copy of its session, where the server gives one, or to a new one", async () => {
      const context = { what: "Moving" };
      const timeZone = "spark.sql.session.timeZone";
      const url = sparkUrl(`sc://127.0.0.1:${port}`);
      const origin = randomUUID();
      const client = new SparkClient({ url, sessionId: origin });
      try {
        const version = await client.version(context);
        await client.configure({ [timeZone]: "Asia/Tokyo" }, context);
        const copied = await client.moveTo(randomUUID());
        assert.equal(copied, !version.startsWith("4.0."), version);
        if (!copied) await client.configure({ [timeZone]: "Asia/Tokyo" }, context);
        const query = "SELECT current_timezone() AS zone";
        const zones: unknown[] = [];
        for await (const stream of client.arrowBatches(
          { relType: { case: "sql", value: { query } } },
          context,
        ))
          zones.push(...tableFromIPC(stream).toArray().map(String));
        assert.deepEqual(zones, ['{"zone": "Asia/Tokyo"}']);
      } finally {
        await client.close(true);
      }
      const late = new SparkClient({ url, sessionId: origin });
      try {
        await assert.rejects(late.version(context), /has let go of the session/);
      } finally {
        await late.close(false);
      }
    });

    it("tells how far a long query is", async () => {
      const { shared } = await import("../../runtime/authoring/context.ts");
      const said: { done: number; total: number | undefined; message: string | undefined }[] = [];
      const cancel = new AbortController();
      const enough = new Error("told enough");
      const context = {
        kind: "task" as const,
        task: "Count",
        taskRun: "Count-0",
        attempt: 1,
        signal: cancel.signal,
        log: () => {},
        publish: async () => {},
        secret: () => "",
        progress: (done: number, total: number | undefined, message: string | undefined) => {
          said.push({ done, total, message });
          if (total !== undefined && total >= 8) cancel.abort(enough);
        },
      };
      await using session = openSpark({
        url: sparkUrl(`sc://127.0.0.1:${port}`),
        folder,
        signal: () => cancel.signal,
      });
      await shared.context.run(context, async () => {
        await assert.rejects((await session.sql`SELECT raise_error('boo') AS x`).rows(), {
          message: "Reading rows: [USER_RAISED_EXCEPTION] boo. (asked by task run 'Count-0')",
        });
        // It goes on until it has told: the server says so when it likes.
        const endless =
          await session.sql`SELECT count(*) AS n FROM range(0, 1000000000000, 1, 8) WHERE hash(id) = 7`;
        await assert.rejects(endless.rows(), enough);
      });
      assert.ok(said.every(({ message }) => message === "Reading rows: Spark's tasks"));
      assert.ok(said.every(({ done, total }) => total !== undefined && done <= total));
    });

    it("ends on the server what is cancelled here", async () => {
      const cancel = new AbortController();
      await using session = openSpark({
        url: sparkUrl(`sc://127.0.0.1:${port}`),
        folder,
        signal: () => cancel.signal,
      });
      // As many tasks as the server has cores, without end: nothing else could run beside them.
      const endless =
        await session.sql`SELECT count(*) AS n FROM range(0, 1000000000000, 1, 2) WHERE hash(id) = 7`;
      const rows = endless.rows();
      const reason = new Error("cancelled by the user");
      setTimeout(() => cancel.abort(reason), 1_000);
      await assert.rejects(rows, reason);
      await assert.rejects(session.readCsv("any.csv", { columns: { a: "string" } }), reason);
      await assert.rejects(endless.writeParquet("never"), reason);
      await using other = openSpark({ url: sparkUrl(`sc://127.0.0.1:${port}`), folder });
      assert.equal(
        await (await other.sql`SELECT id FROM range(0, 100, 1, 2) WHERE hash(id) <> 7`).count(),
        100,
      );
    });

    it("ends with its session what still runs in it", async () => {
      const session = openSpark({ url: sparkUrl(`sc://127.0.0.1:${port}`), folder });
      const endless =
        await session.sql`SELECT count(*) AS n FROM range(0, 1000000000000, 1, 2) WHERE hash(id) = 7`;
      const ended = assert.rejects(endless.rows(), { name: "TableError" });
      await delay(1_000);
      await session.close();
      await ended;
      await session.close();
      await assert.rejects(endless.rows(), { name: "TableError", message: "The session is closed." });
      await using other = openSpark({ url: sparkUrl(`sc://127.0.0.1:${port}`), folder });
      assert.equal(
        await (await other.sql`SELECT id FROM range(0, 100, 1, 2) WHERE hash(id) <> 7`).count(),
        100,
      );
    });
  });
});
