import assert from "node:assert/strict";
import { z } from "zod";
import { parameterFields, parseParameters } from "../../runtime/discovery/parameters.ts";
import { standInParameters } from "../../runtime/discovery/stand-in-parameters.ts";
import { UsageError } from "../../runtime/errors/user-error.ts";

const options = {
  name: "Shop",
  parameters: z.object({
    item: z.string().describe("What to sell"),
    count: z.int().min(1).default(1).meta({ alias: "n" }),
    price: z.number().min(0.5).max(9.5),
    gift: z.boolean().default(false),
    wrap: z.enum(["paper", "cloth"]).optional(),
    tags: z.array(z.string()).default([]),
    address: z.object({ street: z.string() }).optional(),
  }),
};

const failure = (message: string) => (error: unknown) => {
  assert.ok(error instanceof UsageError);
  assert.equal(error.message, message);
  return true;
};

describe("a flow's parameters", () => {
  it("are told in the schema's order, with what forms and command lines need", async () => {
    const lines = (await parameterFields(options)).map((field) =>
      [
        field.alias ? `${field.name} (-${field.alias})` : field.name,
        field.items === undefined ? field.type : `${field.type} of ${field.items}`,
        field.required ? "required" : `default ${JSON.stringify(field.default)}`,
        field.choices?.join("|"),
        field.minimum !== undefined || field.maximum !== undefined
          ? `${field.minimum}..${field.maximum}`
          : undefined,
        field.description,
      ]
        .filter((part) => part !== undefined)
        .join(", "),
    );
    assert.deepEqual(lines, [
      "item, string, required, What to sell",
      "count (-n), integer, default 1, 1..undefined",
      "price, number, required, 0.5..9.5",
      "gift, boolean, default false",
      "wrap, string, default undefined, paper|cloth",
      "tags, array of string, default []",
      "address, json, default undefined",
    ]);
  });

  it("are none for a flow without a schema", async () => {
    assert.deepEqual(await parameterFields({ name: "Bare" }), []);
    assert.deepEqual(parseParameters({ name: "Bare" }, {}), {});
  });

  it("are checked, and get their defaults", () => {
    assert.deepEqual(parseParameters(options, { item: "tea", price: 2 }), {
      item: "tea",
      count: 1,
      price: 2,
      gift: false,
      tags: [],
    });
  });

  it("are refused with all that is wrong", () => {
    assert.throws(
      () => parseParameters(options, { count: 0, price: "two" }),
      failure(
        "Parameter 'item' is missing: Invalid input: expected string, received undefined.\n" +
          "Parameter 'count' is 0: Too small: expected number to be >=1.\n" +
          `Parameter 'price' is "two": Invalid input: expected number, received string.`,
      ),
    );
    assert.throws(
      () => parseParameters(options, { itme: "tea", a: 1 }),
      failure("The flow 'Shop' has no parameter 'itme', 'a'."),
    );
  });
});

describe("parameters for a preview", () => {
  it("get a value of their type where they are missing, and defaults as in a run", async () => {
    assert.deepEqual(await standInParameters(options, { count: 2 }), {
      values: { item: "<item>", count: 2, price: 0.5, gift: false, tags: [] },
      standIns: ["item", "price"],
    });
  });

  it("need not keep the schema's rules for values that were made up", async () => {
    const strict = {
      name: "Strict",
      parameters: z.object({ url: z.url(), day: z.iso.date().default("2026-01-02"), n: z.int().min(3) }),
    };
    assert.deepEqual(await standInParameters(strict, {}), {
      values: { url: "<url>", day: "2026-01-02", n: 3 },
      standIns: ["url", "n"],
    });
  });

  it("are refused where what was given is wrong", async () => {
    await assert.rejects(
      standInParameters(options, { count: 0 }),
      failure("Parameter 'count' is 0: Too small: expected number to be >=1."),
    );
    await assert.rejects(
      standInParameters(options, { itme: "tea" }),
      failure("The flow 'Shop' has no parameter 'itme'."),
    );
  });

  it("get a value of their type where what was given can't be known yet", async () => {
    const unknown = Symbol("unknown");
    const given = { item: "tea", price: unknown, tags: unknown };
    assert.deepEqual(await standInParameters(options, given, (value) => value === unknown), {
      values: { item: "tea", price: 0.5, count: 1, gift: false, tags: [] },
      standIns: ["price", "tags"],
    });
  });
});
