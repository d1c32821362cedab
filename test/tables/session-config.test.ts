import assert from "node:assert/strict";
import { engineSettings, type SessionConfig } from "../../runtime/tables/session-config.ts";
import { settings } from "../../runtime/tables/spark/connection.ts";

describe("A session's settings", () => {
  const outcome = (config: Record<string, unknown>): string => {
    try {
      return JSON.stringify(engineSettings(config as SessionConfig)); // wrong ones, too
    } catch (error) {
      return (error as Error).message; // TableErrors
    }
  };

  it("are each engine's own", () => {
    assert.equal(
      outcome({
        "spark.sql.shuffle.partitions": 400,
        "duckdb.PIVOT_LIMIT": 5,
        "spark.sql.adaptive.enabled": false,
      }),
      '{"spark":{"spark.sql.shuffle.partitions":"400","spark.sql.adaptive.enabled":"false"},"duckdb":{"pivot_limit":"5"}}',
    );
  });

  for (const name of [
    ...Object.keys(settings),
    "spark.sql.ANSI.enabled",
    "spark.sql.caseSensitive",
    "spark.sql.legacy.timeParserPolicy",
  ])
    it(`never change what SQL means: ${name}`, () => {
      assert.equal(
        outcome({ [name]: "x" }),
        `openSession: ${name} can't be set: it says what a flow's SQL means or how its rows come, which is the same on every engine.`,
      );
    });

  for (const [config, expected] of [
    [{ "duckdb.threads": 4 }, /^openSession: duckdb\.threads can't be set: .* --threads and --memory\.$/],
    [{ "duckdb.TimeZone": "UTC" }, /^openSession: duckdb\.TimeZone is no setting that can be set\. Those/],
    [{ "duckdb.pivot_limits": 1 }, /Did you mean "duckdb\.pivot_limit"\?/],
    [{ "duckdb.enable_external_access": true }, /is no setting that can be set/],
    [
      { partitions: 4 },
      /^openSession: there is no setting "partitions"\. Names begin with spark\. or duckdb\./,
    ],
    [{ "spark.x; y": 4 }, /^openSession: there is no setting/],
    [{ "spark.x": null }, /^openSession: spark\.x is null\. A setting is a string, a number or a boolean\.$/],
    [{ "spark.x": Number.NaN }, /^openSession: spark\.x is NaN\./],
  ] as const)
    it(`are told when they can't be set: ${JSON.stringify(config)}`, () => {
      assert.match(outcome(config), expected);
    });
});
