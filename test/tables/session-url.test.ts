import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { parseSessionUrl } from "../../runtime/tables/session-url.ts";

describe("A session's URL", () => {
  it("is duckdb", () => {
    assert.deepEqual(parseSessionUrl("duckdb"), { engine: "duckdb" });
  });

  it("is Spark Connect's, with Spark's default port and parameters", () => {
    assert.deepEqual(
      { ...parseSessionUrl("sc://localhost") },
      {
        engine: "spark",
        host: "localhost",
        port: 15002,
        useTls: false,
        userId: undefined,
        sessionId: undefined,
        userAgent: undefined,
        storage: undefined,
        headers: {},
      },
    );
    assert.deepEqual(
      { ...parseSessionUrl("sc://[::1]:8080/;use_ssl=true;user_id=Ann%20B;x-trace=1") },
      {
        engine: "spark",
        host: "[::1]",
        port: 8080,
        useTls: true,
        userId: "Ann B",
        sessionId: undefined,
        userAgent: undefined,
        storage: undefined,
        headers: { "x-trace": "1" },
      },
    );
  });

  it("keeps its token to itself", () => {
    const url = parseSessionUrl("sc://spark.example:443/;token=s3cret;user_id=ann;x-key=hush");
    assert.ok(url.engine === "spark");
    assert.equal(url.token, "s3cret");
    assert.equal(url.useTls, true);
    assert.equal(String(url), "sc://spark.example:443/;token=***;user_id=ann;x-key=***");
    assert.equal(inspect(url), "sc://spark.example:443/;token=***;user_id=ann;x-key=***");
    assert.ok(!JSON.stringify(url).includes("s3cret"));
  });

  it("goes over TLS where anything in it may be secret", () => {
    for (const [parameters, useTls] of [
      ["", false],
      ["/;user_id=ann;use_ssl=false", false],
      ["/;token=s3cret", true],
      ["/;x-key=hush", true],
    ] as const) {
      const url = parseSessionUrl(`sc://host${parameters}`);
      assert.ok(url.engine === "spark");
      assert.equal(url.useTls, useTls, parameters);
    }
    assert.throws(() => parseSessionUrl("sc://host/;x-key=hush;use_ssl=false"), {
      message: "The session's URL would send its x-key without TLS. Leave out use_ssl=false, or the x-key.",
    });
  });

  it("is repeated by no error, whatever is wrong with it", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{12}$/),
        fc.constantFrom<(secret: string) => string>(
          (secret) => `sc://${secret}@host`,
          (secret) => `sc://user:${secret}@host`,
          (secret) => `sc://host:1/${secret}`,
          (secret) => `sc://host/;${secret}`,
          (secret) => `sc://host/;use_ssl=${secret}`,
          (secret) => `sc://host/;storage=${secret}`,
          (secret) => `sc://host/;token=${secret}%`,
          (secret) => `sc://host/;x-key=${secret};use_ssl=false`,
          (secret) => `https://${secret}@host`,
          (secret) => `spark://host/?token=${secret}`,
          (secret) => `//${secret}@host`,
        ),
        (secret, make) => {
          assert.throws(
            () => parseSessionUrl(make(secret)),
            (error: Error) => !error.message.includes(secret),
          );
        },
      ),
    );
    const url = parseSessionUrl("sc://host/;storage=s3a://key:hush@bucket/folder");
    assert.equal(String(url), "sc://host/;storage=s3a://***@bucket/folder");
  });

  it("has a folder for tables where the server doesn't see this machine's files", () => {
    const url = parseSessionUrl("sc://spark.example/;storage=s3a://bucket/millrace/");
    assert.ok(url.engine === "spark");
    assert.equal(url.storage, "s3a://bucket/millrace");
    assert.equal(String(url), "sc://spark.example/;storage=s3a://bucket/millrace/");
  });

  const wrong: [string, string][] = [
    [
      "sc://host/;storage=/data",
      "The session's URL has a storage that is no URL. It is a folder's, such as s3a://bucket/millrace.",
    ],
    [
      "duckbd",
      'There is no session "duckbd". Did you mean "duckdb"? A session is duckdb, or sc://host:port for Spark Connect.',
    ],
    ["", 'There is no session "". A session is duckdb, or sc://host:port for Spark Connect.'],
    [
      "spark://host:7077",
      'There is no session "spark:...". A session is duckdb, or sc://host:port for Spark Connect.',
    ],
    [
      "scs://host",
      'There is no session "scs:...". Did you mean "sc://host:port"? A session is duckdb, or sc://host:port for Spark Connect.',
    ],
    ["sc://", "The session's URL has no host. Write it as sc://host:port."],
    ["sc://host:", "The session's URL has no valid port. It is a number from 1 to 65535."],
    ["sc://host:99999", "The session's URL has no valid port. It is a number from 1 to 65535."],
    [
      "sc://host:1/path",
      'The session\'s URL has a path. Parameters follow "/;", as in sc://host:15002/;use_ssl=true.',
    ],
    [
      "sc://host/;token",
      'The session\'s URL has a parameter without a value. Write parameters as name=value, separated by ";".',
    ],
    ["sc://host/;use_ssl=yes", "The session's URL has a use_ssl that is neither true nor false."],
    [
      "sc://host/;token=s3cret;use_ssl=false",
      "The session's URL would send its token without TLS. Leave out use_ssl=false, or the token.",
    ],
    [
      "sc://host/;token=%zz",
      "The session's URL has a parameter with a wrong %-escape. Write a percent sign as %25.",
    ],
  ];
  for (const [text, message] of wrong) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseSessionUrl(text), { name: "TableError", message });
    });
  }
});
