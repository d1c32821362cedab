import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { toJson } from "../../runtime/authoring/as-json.ts";
import { asSchemaTakes } from "../../runtime/discovery/as-schema-takes.ts";
import { parameterFields, parseParameters } from "../../runtime/discovery/parameters.ts";

describe("parameters that are no JSON", () => {
  it("are the same again when they were given as JSON, whatever schema they are of", () => {
    fc.assert(
      fc.property(schemaAndValue(3), ([schema, value]) => {
        const json: unknown = JSON.parse(JSON.stringify(toJson(value) ?? null));
        assert.deepStrictEqual(schema.parse(asSchemaTakes(schema, json)), value);
        assert.deepStrictEqual(schema.parse(asSchemaTakes(schema, value)), value); // a program gives them as they are
      }),
      { numRuns: 200 },
    );
  });

  it("are told as fields, with their defaults", async () => {
    const parameters = z.object({
      id: z.bigint().default(5n),
      since: z.coerce.date().default(new Date(0)),
      day: z.date().optional(),
      text: z.coerce.bigint().default(7n).transform(String),
      any: z.any().default(undefined),
    });
    assert.deepEqual(
      (await parameterFields({ name: "F", parameters })).map(({ name, type, default: value }) => [
        name,
        type,
        value,
      ]),
      [
        ["id", "bigint", "5"],
        ["since", "date", "1970-01-01T00:00:00.000Z"],
        ["day", "date", undefined],
        ["text", "bigint", "7"],
        ["any", "json", null],
      ],
    );
  });

  it("are refused where a JSON number, or a day that there isn't, would be another value", () => {
    const parameters = z.object({ id: z.bigint().optional(), day: z.date().optional() });
    const messages = [
      { id: 2 ** 53 },
      { id: "1.5" },
      { day: "2024-02-30" },
      { day: "tomorrow" },
      { day: 7 },
      { id: 3n, day: "x" },
    ].map((given) => {
      try {
        return parseParameters({ name: "F", parameters }, given);
      } catch (error) {
        return (error as Error).message; // a UsageError
      }
    });
    const whole = `Give a whole number; in JSON, a large one as a text: "9007199254740993".`;
    const day = "Give a date such as 2024-01-31 or 2024-01-31T12:00:00Z.";
    assert.deepEqual(messages, [
      `Parameter 'id' is 9007199254740992: Invalid input: expected bigint, received number. ${whole}`,
      `Parameter 'id' is "1.5": Invalid input: expected bigint, received string. ${whole}`,
      `Parameter 'day' is "2024-02-30": Invalid input: expected date, received string. ${day}`,
      `Parameter 'day' is "tomorrow": Invalid input: expected date, received string. ${day}`,
      `Parameter 'day' is 7: Invalid input: expected date, received number. ${day}`,
      `Parameter 'day' is "x": Invalid input: expected date, received string. ${day}`,
    ]);
  });
});

type Pair = readonly [schema: z.ZodType, value: unknown];

/** A schema, and a value that it takes. */
function schemaAndValue(depth: number): fc.Arbitrary<Pair> {
  const of = (schema: z.ZodType, values: fc.Arbitrary<unknown>) =>
    values.map((value): Pair => [schema, value]);
  const leaf = fc.oneof(
    of(z.bigint(), fc.bigInt()),
    of(z.date(), fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-01-01") })),
    of(z.string(), fc.oneof(fc.string(), fc.constantFrom("5", "2024-01-01", "\ud800"))),
    of(z.boolean(), fc.boolean()),
    of(z.literal([5n, 7n]), fc.constantFrom(5n, 7n)),
    of(z.union([z.string(), z.bigint()]), fc.string()),
    of(z.union([z.bigint(), z.boolean(), z.date()]), fc.oneof(fc.bigInt(), fc.boolean())),
  );
  if (depth === 0) return leaf;
  const inner = schemaAndValue(depth - 1);
  return fc.oneof(
    leaf,
    inner.map(([schema, value]): Pair => [z.array(schema), [value, value]]),
    inner.map(([schema, value]): Pair => [z.object({ a: schema, b: z.string().optional() }), { a: value }]),
    inner.map(([schema, value]): Pair => [z.record(z.string(), schema), { x: value, y: value }]),
    fc.tuple(inner, inner).map(([[a, x], [b, y]]): Pair => [z.tuple([a, b]), [x, y]]),
    fc.tuple(inner, leaf).map(([[a, x], [b, y]]): Pair => [z.map(b, a), new Map([[y, x]])]),
    inner.map(([schema, value]): Pair => [z.set(schema), new Set([value])]),
    inner.map(([schema, value]): Pair => [schema.optional().nullable().default(value), value]),
    inner.map(([schema, value]): Pair => [z.lazy(() => schema), value]),
    inner.map(([schema, value]): Pair => [schema.pipe(z.any()), value]),
    inner.map(
      ([schema, value]): Pair => [
        z.intersection(z.object({ a: schema }), z.object({ b: z.bigint() })),
        { a: value, b: 1n },
      ],
    ),
  );
}
