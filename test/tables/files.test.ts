import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openDuckDb } from "../../runtime/tables/duckdb/open-duckdb.ts";
import { placeOf } from "../../runtime/tables/files/scheme.ts";
import type { Session, Table } from "../../runtime/tables/session.ts";
import { makeCertificate } from "../spark/certificate.ts";
import { type BucketServer, sharedBucket } from "./bucket-server.ts";
import { needExtensions } from "./extension-files.ts";
import { shownRow } from "./parity/engine-case.ts";
import { said } from "./parity/file-cases.ts";

const columns = { a: "integer", b: "string" } as const;
const text = "a,b\n1,x\n2,y\n";

async function shown(table: Table | Promise<Table>): Promise<string> {
  return (await (await table).rows()).map(shownRow).join("; ");
}

describe("Files that aren't on this machine", () => {
  let folder: string;
  let session: Session;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "millrace-files-"));
    session = openDuckDb({ folder, threads: 2 });
  });

  after(async () => {
    await session?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it("are of places that something here knows", () => {
    const places = [
      "a/b.csv",
      "https://h/p?q=1#f",
      "http://u:pw@h/p",
      "s3://b/k",
      "s3a://b/k",
      "file:///a%20b",
    ];
    assert.deepEqual(places.map(placeOf), [
      { kind: "local", path: "a/b.csv", shown: "a/b.csv" },
      { kind: "web", path: "https://h/p?q=1#f", shown: "https://h/p?..." },
      { kind: "web", path: "http://u:pw@h/p", shown: "http://h/p" },
      { kind: "bucket", path: "s3://b/k", shown: "s3://b/k" },
      { kind: "bucket", path: "s3://b/k", shown: "s3a://b/k" },
      { kind: "local", path: "/a b", shown: "/a b" },
    ]);
    for (const path of ["hdfs://h/p", "s4://b/k", "gs://b/k", "ftp://h/p", "constructor://x"])
      assert.throws(() => placeOf(path), { name: "TableError", message: /: nothing here reads or writes / });
  });

  describe("at a web server", () => {
    let server: Server;
    let secure: Server;
    let url: string;

    before(async () => {
      const answers: Record<string, (response: import("node:http").ServerResponse) => void> = {
        "/plain.csv": (response) => response.end(text),
        "/packed.csv": (response) => response.end(gzipSync(text)),
        "/rows.json": (response) => response.end('[{"a":1},{"a":2}]'),
        "/moved.csv": (response) => response.writeHead(302, { location: "/plain.csv" }).end(),
        "/round.csv": (response) => response.writeHead(302, { location: "/round.csv" }).end(),
        "/secret.csv": (response) => response.writeHead(403).end("no"),
        "/half.csv": (response) => {
          response.writeHead(200, { "content-length": "1000" });
          response.write(text);
          setImmediate(() => response.socket?.destroy());
        },
        "/bad.csv": (response) => response.end(`${text}z,w\n`),
      };
      const answer: import("node:http").RequestListener = ({ url: path = "" }, response) => {
        const found = answers[path.replace(/\?.*/, "")];
        if (found === undefined) response.writeHead(404).end();
        else found(response);
      };
      server = createServer(answer);
      const { key, cert } = await makeCertificate(folder);
      secure = createSecure({ key, cert }, (_, response) => response.writeHead(302, { location: url }).end());
      for (const each of [server, secure])
        await new Promise<void>((resolve) => each.listen(0, "localhost", resolve));
      url = `http://localhost:${(server.address() as AddressInfo).port}`;
    });

    after(() => {
      for (const each of [server, secure]) {
        each?.closeAllConnections();
        each?.close();
      }
    });

    const csv = (path: string) => said(() => shown(session.readCsv(`${url}${path}`, { columns })));

    it("are fetched, sent on and packed ones, too", async () => {
      for (const path of ["/plain.csv", "/packed.csv", "/moved.csv"])
        assert.equal(await csv(path), '1, "x"; 2, "y"');
      assert.equal(await shown(session.readJson(`${url}/rows.json`)), "1; 2");
      const both = session.readCsv([`${url}/plain.csv?key=hidden`, `${url}/packed.csv`], {
        columns,
        fileName: true,
      });
      assert.equal(
        (await shown(both)).replaceAll(url, "URL"),
        '1, "x", "URL/plain.csv?..."; 2, "y", "URL/plain.csv?..."; 1, "x", "URL/packed.csv"; 2, "y", "URL/packed.csv"',
      );
    });

    it("that don't come whole are an error that names them", async () => {
      const port = (secure.address() as AddressInfo).port;
      const told = [
        await csv("/secret.csv?key=hidden"),
        await csv("/none.csv"),
        await csv("/round.csv"),
        await csv("/half.csv"),
        await csv("/bad.csv"),
        await said(() => session.readCsv(`https://localhost:${port}/a.csv`, { columns })),
      ].join("\n");
      assert.equal(
        told.replaceAll(url, "URL").replaceAll(String(port), "PORT"),
        `URL/secret.csv?...: the server answered 403 Forbidden.
URL/none.csv: the server answered 404 Not Found.
URL/round.csv: the server sends on more than 10 times.
URL/half.csv: the server closed half-way. Try it again.
URL/bad.csv:4: "a" should be a whole number (integer) but is "z". Correct the line, or read the file with onBadRow: "reject".
https://localhost:PORT/a.csv: its certificate isn't trusted (self-signed certificate). Name the authority's by NODE_EXTRA_CA_CERTS.`,
      );
    });
  });

  describe("in a bucket", () => {
    let bucket: BucketServer;
    let far: Session;
    const before_ = { ...process.env };

    before(async function () {
      await needExtensions(this, ["httpfs"]);
      bucket = await sharedBucket(this);
      Object.assign(process.env, bucket.env);
      await bucket.put("in/1.csv", text);
      await bucket.put("in/2.csv.gz", gzipSync("a,b\n3,z\n"));
      await bucket.put("in/rows.jsonl", '{"a":1}\n{"a":2}\n');
      const made = await session.sql`SELECT 1 AS a, 'x' AS b`;
      await made.writeParquet("made");
      const bytes = await readFile(join(folder, "made", "part-0.parquet"));
      for (const key of [
        "p/day=2026-01-01/1.parquet",
        "p/day=2026-01-02/1.parquet",
        "p/day=2026-01-02/_tmp.parquet",
      ])
        await bucket.put(key, bytes);
      far = openDuckDb({ folder, threads: 2 });
    });

    after(async () => {
      await far?.[Symbol.asyncDispose]();
      for (const name of Object.keys(bucket?.env ?? {})) {
        if (before_[name] === undefined) delete process.env[name];
        else process.env[name] = before_[name];
      }
    });

    it("are read, and found by patterns", async () => {
      assert.equal(await shown(far.readCsv("s3://tables/in/1.csv", { columns })), '1, "x"; 2, "y"');
      assert.equal(
        await shown(far.readCsv("s3://tables/in/*.csv*", { columns, fileName: true })),
        '1, "x", "s3://tables/in/1.csv"; 2, "y", "s3://tables/in/1.csv"; 3, "z", "s3://tables/in/2.csv.gz"',
      );
      assert.equal(await shown(far.readJson("s3://tables/in/rows.jsonl")), "1; 2");
      assert.equal(await shown(far.readParquet("s3://tables/p/*/1.parquet")), '1, "x"; 1, "x"');
      assert.equal(
        await shown(far.readParquet("s3://tables/p")),
        '1, "x", "2026-01-01"; 1, "x", "2026-01-02"',
      );
    });

    it("are written, as one file that takes the place of the one before", async () => {
      const [one, two] = [await far.sql`SELECT 1 AS a`, await far.sql`SELECT 2 AS a`];
      await one.writeParquet("s3://tables/out/new");
      await two.writeParquet("s3://tables/out/new");
      assert.equal(await shown(far.readParquet("s3://tables/out/new")), "2");
      await one.writeCsv("s3://tables/out/x.csv");
      assert.equal(await shown(far.readCsv("s3://tables/out/x.csv", { columns: { a: "integer" } })), "1");
      assert.equal(
        await said(() => one.writeParquet("s3://tables/p")),
        "s3://tables/p: has other objects in it (s3://tables/p/day=2026-01-01/1.parquet, s3://tables/p/day=2026-01-02/1.parquet, s3://tables/p/day=2026-01-02/_tmp.parquet), which would be read with the rows. Remove them, or write to another folder.",
      );
      assert.match(
        await said(() => one.writeParquet("s3://tables/out/y", { mode: "append" })),
        /is written as one file/,
      );
    });

    it("that aren't there, or may not be read, are an error that names them and no key", async () => {
      assert.equal(
        await said(() => far.readCsv("s3://tables/none.csv", { columns })),
        "s3://tables/none.csv: there is nothing there.",
      );
      assert.equal(
        await said(() => far.readCsv("s3://tables/none/*.csv", { columns })),
        "s3://tables/none/*.csv: no file is found by this pattern.",
      );
      const message = await said(() => far.readParquet("s3://nobucket/x.parquet"));
      assert.match(message, /^s3:\/\/nobucket\/x\.parquet: /);
      assert.doesNotMatch(message, /millrace-secret/);
    });
  });
});
