import assert from "node:assert/strict";
import { z } from "zod";
import { parseParameters } from "../../runtime/discovery/parameters.ts";
import { withoutSecrets, withSecrets } from "../../runtime/discovery/secret-parameters.ts";

const options = {
  name: "Secretive",
  parameters: z.object({
    n: z.number().optional(),
    token: z.string().meta({ secret: true }).optional(),
    database: z.string().max(60).default("").describe("Where").meta({ secret: true }),
  }),
};

describe("A secret parameter", () => {
  it("is kept as a mark; a URL loses its password only", () => {
    const kept = (values: Record<string, unknown>) => withoutSecrets(options, values);
    assert.deepEqual(kept({ n: 1, token: "t0p" }), { n: 1, token: "***" });
    assert.deepEqual(kept({ database: "postgres://me:p%40ss@host:5432/db?sslmode=require&password=x" }), {
      database: "postgres://me@host:5432/db?sslmode=require",
    });
    assert.deepEqual(kept({ database: "host=h password=x" }), { database: "***" });
    assert.deepEqual(kept({}), {});
  });

  it("isn't said where it is wrong", () => {
    const database = `postgres://me:hidden@host/${"x".repeat(60)}`;
    assert.throws(() => parseParameters(options, { database }), /^((?!hidden).)*$/s);
  });

  it("has to be given again when a run goes on, and nothing else can be", () => {
    const run = { id: "20261125-wise-otter", parameters: { n: 1, token: "***" } };
    assert.throws(() => withSecrets(options, run, {}), {
      message:
        "The run '20261125-wise-otter' had a secret, which isn't kept: token. Give it again: --parameters '{\"token\":\"...\"}'.",
    });
    assert.throws(() => withSecrets(options, run, { n: 2 }), {
      message:
        "The parameter 'n' of the run '20261125-wise-otter' can't change: only secrets are given again. Start a new run.",
    });
    assert.deepEqual(withSecrets(options, run, { token: "t0p" }), { n: 1, token: "t0p" });
  });
});
